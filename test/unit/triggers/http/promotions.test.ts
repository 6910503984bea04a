import { call } from "../../../support/api-call";
import { createFakePorts } from "../../../support/fake-ports";
import { aRequest, SHOP } from "../../../support/observations";

test("a repeated cancel answers with the first caller and every note that was kept", async () => {
  const ports = createFakePorts();
  const at = ports.clock.now();
  const request = aRequest({ requestId: "r-1" });
  await ports.register({ requestId: "r-1", contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(SHOP, { kind: "register", requestId: "r-1", at });
  const described: string[] = [];
  jest
    .spyOn(ports.log, "info")
    .mockImplementation((_message, fields) => void described.push(fields?.detail ?? ""));
  const cancel = async (by: string, note?: string) => {
    const body = note === undefined ? {} : { body: { note } };
    const reply = await call(ports, { route: "cancelPromotion", params: { id: "r-1" }, ...body, by });
    return [reply.status, reply.body["detail"]];
  };
  const [status, detail] = await cancel("Ada");
  expect([status, detail]).toEqual([202, expect.stringMatching(/^cancelled by Ada at 20\S+$/)]);
  expect(await cancel("Ada", "wrong build")).toEqual([202, `${String(detail)}: wrong build`]);
  expect(await cancel("Bob", "broken")).toEqual([202, `${String(detail)}: wrong build; Bob: broken`]);
  expect(described.at(-1)).toBe(`${String(detail)}: wrong build; Bob: broken (again by Bob, o-1)`);
  expect(ports.pairStates.get("shop")?.cancels).toMatchObject([
    { by: "Ada", note: "wrong build; Bob: broken" },
  ]);
});
