import type { ServiceFault } from "../../../local/resource-manager";
import {
  blue,
  green,
  names,
  openInProcess,
  read,
  swap,
  world,
  type InProcess,
} from "../../support/arm-transports";

let arm: InProcess;
beforeEach(() => {
  arm = openInProcess();
});
afterEach(() => arm.close());

const service = "shop-green";
const add = (fault: ServiceFault) => {
  expect(arm.simulator.addServiceFault(fault)).toBeUndefined();
};

interface Instances {
  readonly value: { name: string; properties: { instanceView: { statuses: { code: string }[] } } }[];
}

/** The states on the wire, in the order of the list, without what they all begin with. */
const states = async () => {
  const { body } = await read(arm, `${green}/roleInstances?api-version=2024-11-04&$expand=instanceView`);
  return (body as Instances).value
    .map(({ properties }) => properties.instanceView.statuses[0]!.code.replace("RoleState/RoleState", ""))
    .join(" ");
};
const model = async (id = green) =>
  (await read(arm, id)).body.properties as {
    provisioningState: string;
    uniqueId: string;
    roleProfile: { roles: { name: string; sku: { capacity: number } }[] };
    networkProfile: Record<string, unknown>;
  };
const upgradeDomain = async () =>
  /CurrentUpgradeDomain\/(-?\d+)/.exec((await read(arm, `${green}/instanceView`)).text)?.[1];

const ready = "Started Started Started";

test.each<[string, ServiceFault, readonly (readonly [number, string])[]]>([
  [
    "a restart stops and starts all instances",
    { kind: "restart", service, at: 10, seconds: 60 },
    [
      [9, ready],
      [10, "Stopping Stopping Stopping"],
      [30, "Starting Starting Starting"],
      [70, ready],
    ],
  ],
  [
    "a restart of one instance leaves the others alone",
    { kind: "restart", service, instance: "webrole_in_1" },
    [
      [0, "Started Stopping Started"],
      [60, ready],
    ],
  ],
  [
    "a guest OS update walks the update domains one by one",
    { kind: "guest-os-update", service, domainSeconds: 90 },
    [
      [0, "Stopping Started Stopping"],
      [60, "Starting Started Starting"],
      [90, "Started Stopping Started"],
      [180, ready],
    ],
  ],
  [
    "service healing brings one instance back by way of Unknown",
    { kind: "healing", service, instance: "WorkerRole_IN_0" },
    [
      [0, "Started Started Unknown"],
      [150, "Started Started Starting"],
      [300, ready],
    ],
  ],
  [
    "a cycling role is started now and then, and never stays so",
    { kind: "cycling", service, role: "WebRole" },
    [
      [0, "Busy Busy Started"],
      [30, "Recycle Recycle Started"],
      [45, ready],
      [60, "Busy Busy Started"],
      [3600, "Busy Busy Started"],
    ],
  ],
  [
    "cycling can end, and concern one instance",
    { kind: "cycling", service, instance: "WebRole_IN_0", period: 10, seconds: 20 },
    [
      [10, "Busy Started Started"],
      [20, ready],
    ],
  ],
  [
    "an instance can be in any state for a while",
    { kind: "state", service, instance: "WebRole_IN_0", state: "RoleStateUnresponsive", seconds: 5 },
    [
      [0, "Unresponsive Started Started"],
      [5, ready],
    ],
  ],
  [
    "an instance can be missing from the list for a while",
    { kind: "unlisted", service, instance: "WebRole_IN_1", seconds: 5 },
    [
      [0, "Started Started"],
      [5, ready],
    ],
  ],
])("%s", async (_claim, fault, expected) => {
  add(fault);
  const begun = arm.clock.now();
  for (const [seconds, states_] of expected) {
    arm.clock.advanceTo(begun + seconds * 1000);
    expect([seconds, await states()]).toEqual([seconds, states_]);
  }
});

test("the summary names the update domain that is walked", async () => {
  expect(await upgradeDomain()).toBe("-1");
  add({ kind: "guest-os-update", service, at: 10, domainSeconds: 90 });
  const walked: (string | undefined)[] = [];
  for (const seconds of [0, 10, 90, 90]) {
    arm.pass(seconds);
    walked.push(await upgradeDomain());
  }
  expect(walked).toEqual(["-1", "0", "1", "-1"]);
});

test("scaling out raises the capacity at once; the list is short until instances come", async () => {
  add({ kind: "scale", service, role: "WebRole", capacity: 3, seconds: 100 });
  expect((await model()).roleProfile.roles[0]?.sku.capacity).toBe(3);
  expect((await model()).provisioningState).toBe("Updating");
  expect(await states()).toBe(ready);
  arm.pass(50);
  expect(await states()).toBe("Started Started Started Starting");
  arm.pass(50);
  expect(await states()).toBe(`${ready} Started`);
  expect((await model()).provisioningState).toBe("Succeeded");
});

test("scaling in lowers the capacity at once, and instances go later", async () => {
  add({ kind: "scale", service, role: "WebRole", capacity: 1, seconds: 100 });
  expect((await model()).roleProfile.roles[0]?.sku.capacity).toBe(1);
  expect(await states()).toBe("Started Stopping Started");
  arm.pass(100);
  expect(names(await read(arm, `${green}/roleInstances`))).toEqual(["WebRole_IN_0", "WorkerRole_IN_0"]);
});

test("a redeployment shows its new identity while it walks the update domains", async () => {
  add({ kind: "redeployment", service, at: 5, version: "v3", uniqueId: "another", seconds: 100 });
  arm.pass(5);
  expect(await model()).toMatchObject({ provisioningState: "Updating", uniqueId: "another" });
  expect((await read(arm, green)).body.tags).toEqual({ version: "v3" });
  expect(await states()).toBe("Stopping Started Stopping");
  arm.pass(50);
  expect(await states()).toBe("Started Stopping Started");
  arm.pass(50);
  expect(await states()).toBe(ready);
  expect(await model()).toMatchObject({ provisioningState: "Succeeded", uniqueId: "another" });
});

test("deleting a service clears the other's pairing, and an operation under way fails", async () => {
  const put = await swap(arm, green);
  add({ kind: "deleted", service: "shop-blue", at: 1 });
  arm.pass(2);
  expect((await read(arm, blue)).status).toBe(404);
  expect((await model()).networkProfile).not.toHaveProperty("swappableCloudService");
  const operation = await read(arm, put.headers.get("azure-asyncoperation")!);
  expect(operation.body).toMatchObject({ status: "Failed", error: { code: "ResourceNotFound" } });
  expect((await swap(arm, green)).body.error.code).toBe("SwappableCloudServicePropertyNotSet");
});

test("a pairing can vanish on both sides", async () => {
  add({ kind: "unpaired", service, at: 1 });
  arm.pass(1);
  for (const id of [blue, green])
    expect((await model(id)).networkProfile).not.toHaveProperty("swappableCloudService");
});

test.each([
  [{ kind: "other-operation", service, seconds: 60 }, 429, "RetryableErrorDueToAnotherOperation"],
  [
    { kind: "other-operation", service: "shop-blue", seconds: 60, lock: "409" },
    409,
    "AnotherOperationInProgress",
  ],
  [{ kind: "redeployment", service, seconds: 60 }, 409, "AnotherOperationInProgress"],
  [{ kind: "scale", service, role: "WebRole", capacity: 2, seconds: 60 }, 409, "AnotherOperationInProgress"],
  [{ kind: "swap-by-hand", service, seconds: 60 }, 429, "RetryableErrorDueToAnotherOperation"],
] satisfies [ServiceFault, number, string][])(
  "while %p lasts, the pair is locked",
  async (fault, status, code) => {
    add(fault);
    const put = await swap(arm, green);
    expect([put.status, put.body.error.code]).toEqual([status, code]);
    arm.pass(60);
    expect((await swap(arm, green)).status).toBe(202);
  },
);

test("a redeployment can leave the pair unlocked", async () => {
  add({ kind: "redeployment", service, lock: "none" });
  expect((await swap(arm, green)).status).toBe(202);
});

test("a swap by hand happens at its time, on both sides, and is journalled as such", async () => {
  add({ kind: "swap-by-hand", service, at: 30, seconds: 10 });
  arm.pass(39);
  expect((await model()).networkProfile["slotType"]).toBe("Staging");
  arm.pass(1);
  expect((await model()).networkProfile["slotType"]).toBe("Production");
  expect((await model(blue)).networkProfile["slotType"]).toBe("Staging");
  expect(arm.simulator.journal.effects).toMatchObject([
    { cause: "by-hand", production: "shop-green", at: "2026-01-01T00:00:40.000Z" },
  ]);
});

test("a scenario brings its service faults along, and speed shortens it", async () => {
  await arm.close();
  arm = openInProcess(
    world({ serviceFaults: [{ kind: "restart", service, at: 60, seconds: 60 }] }),
    undefined,
    10,
  );
  expect(await states()).toBe(ready);
  arm.pass(6);
  expect(await states()).toBe("Stopping Stopping Stopping");
  arm.pass(6);
  expect(await states()).toBe(ready);
});

test("of several faults at once the last one added counts", async () => {
  add({ kind: "state", service, state: "RoleStateBusy" });
  add({ kind: "state", service, state: "RoleStateAborted", instance: "WebRole_IN_0", seconds: 5 });
  expect(await states()).toBe("Aborted Busy Busy");
  arm.pass(5);
  expect(await states()).toBe("Busy Busy Busy");
});
