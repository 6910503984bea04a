import { blue, green, monitorOf, read, swap, transports, world, type Arm } from "../support/arm-transports";

const PERMISSIONS = "/providers/Microsoft.Authorization/permissions?api-version=2022-04-01";

/** What the caller may do, and what happens without the permission. */
describe.each(transports)("permissions (%s)", (_name, open) => {
  let arm: Arm;
  const opened = async (...actions: readonly string[]) => {
    await arm.close();
    arm = await open(world({ permissions: [{ actions }] }));
  };
  beforeEach(async () => {
    arm = await open();
  });
  afterEach(() => arm.close());

  test("lists them at a service as the roles of the caller", async () => {
    const { status, body } = await read(arm, `${green}${PERMISSIONS}`);
    expect(status).toBe(200);
    expect(body.value).toEqual([
      {
        actions: expect.arrayContaining(["Microsoft.Network/cloudServiceSlots/write"]),
        notActions: [],
        dataActions: [],
        notDataActions: [],
      },
    ]);
    expect((await read(arm, `${blue}x${PERMISSIONS}`)).status).toBe(404);
  });

  test("refuses a swap to a caller without the action for slots; nothing changes", async () => {
    await opened("Microsoft.Authorization/*/read");
    expect((await read(arm, `${green}${PERMISSIONS}`)).body.value[0].actions).toHaveLength(1);
    const put = await swap(arm, green);
    expect([put.status, put.body.error.code]).toEqual([403, "AuthorizationFailed"]);
  });

  test("a caller without the action for operations swaps but cannot read the operation", async () => {
    await opened("microsoft.network/cloudserviceslots/WRITE");
    const put = await swap(arm, green);
    expect(put.status).toBe(202);
    expect((await read(arm, monitorOf(put))).status).toBe(403);
    expect((await read(arm, `${green}${PERMISSIONS}`)).status).toBe(403);
  });
});
