import type { FaultAnswer } from "../../../local/resource-manager";
import {
  blue,
  green,
  monitorOf,
  openInProcess,
  read,
  slotOf,
  swap,
  world,
  type Answer,
  type InProcess,
} from "../../support/arm-transports";

let arm: InProcess;
beforeEach(() => {
  arm = openInProcess();
});
afterEach(() => arm.close());

const nextPut = (answer: FaultAnswer) => {
  arm.simulator.faults.add({ method: "PUT", answer });
};
const slotNow = () => arm.simulator.service("shop-green")?.slot;
const effects = () => arm.simulator.journal.effects.length;
const described = async (put: Answer) => {
  const { status, body } = await read(arm, monitorOf(put));
  return status === 200 ? (body as { status: string }).status : status;
};
const withSwap = async (over: object) => {
  await arm.close();
  arm = openInProcess(world({ swap: over }));
};

test("success is reported without effect", async () => {
  nextPut({ kind: "no-effect" });
  const put = await swap(arm, green);
  arm.pass(2);
  expect([await described(put), slotNow(), effects()]).toEqual(["Succeeded", "Staging", 0]);
});

test("the effect comes before the operation ends", async () => {
  nextPut({ kind: "operation", seconds: 120, effectAfter: 5 });
  const put = await swap(arm, green);
  arm.pass(5);
  expect([await described(put), slotNow()]).toEqual(["InProgress", "Production"]);
  arm.pass(115);
  expect([await described(put), effects()]).toEqual(["Succeeded", 1]);
});

test("the effect comes after the operation has ended", async () => {
  nextPut({ kind: "operation", seconds: 5, effectAfter: 240 });
  const put = await swap(arm, green);
  arm.pass(5);
  expect([await described(put), slotNow()]).toEqual(["Succeeded", "Staging"]);
  expect(arm.simulator.underWay()).toEqual([0]);
  arm.pass(235);
  expect([slotNow(), effects(), arm.simulator.underWay()]).toEqual(["Production", 1, []]);
});

test.each(["Failed", "Canceled"] as const)(
  "an operation reports %s although its effect happened",
  async (outcome) => {
    nextPut({ kind: "operation", outcome, effect: true, code: "X", message: "boom" });
    const put = await swap(arm, green);
    arm.pass(2);
    expect([await described(put), slotNow(), effects()]).toEqual([outcome, "Production", 1]);
  },
);

test.each(["reset", "hang"] as const)(
  "the caller gets a %s, and the effect arrives minutes later",
  async (answer) => {
    nextPut({ kind: "operation", answer, seconds: 200, effectAfter: 180 });
    const put = swap(arm, green);
    if (answer === "reset") await expect(put).rejects.toMatchObject({ code: "ECONNRESET" });
    arm.pass(179);
    expect(slotNow()).toBe("Staging");
    arm.pass(1);
    expect(slotNow()).toBe("Production");
  },
);

test("the caller gets an error status though the operation was begun", async () => {
  nextPut({ kind: "operation", answer: 502 });
  expect((await swap(arm, green)).status).toBe(502);
  arm.pass(2);
  expect(slotNow()).toBe("Production");
});

test("a PUT that takes minutes is judged when it arrives, and locks nothing before", async () => {
  nextPut({ kind: "operation", arrivesAfter: 90, answer: "reset" });
  await expect(swap(arm, green)).rejects.toMatchObject({ code: "ECONNRESET" });
  expect((await swap(arm, blue, "Staging")).status).toBe(202);
  arm.pass(2);
  expect([slotNow(), effects()]).toEqual(["Production", 1]);
  arm.pass(100);
  expect([slotNow(), effects()]).toEqual(["Production", 1]);
});

test("such a PUT rolls back where a repeated PUT toggles", async () => {
  await withSwap({ repeatedPut: "toggle" });
  nextPut({ kind: "operation", arrivesAfter: 90 });
  void swap(arm, green);
  await swap(arm, green);
  arm.pass(100);
  expect([slotNow(), effects()]).toEqual(["Staging", 2]);
});

test("an operation that never ends keeps the pair locked, with its effect or without", async () => {
  nextPut({ kind: "operation", outcome: "never", effect: false });
  const put = await swap(arm, green);
  arm.pass(100_000);
  expect([await described(put), slotNow()]).toEqual(["InProgress", "Staging"]);
  expect((await swap(arm, green)).status).toBe(429);
  await withSwap({});
  nextPut({ kind: "operation", outcome: "never", effectAfter: 30 });
  const other = await swap(arm, green);
  arm.pass(100_000);
  expect([await described(other), slotNow()]).toEqual(["InProgress", "Production"]);
});

test("a lost operation is answered 404, and takes effect all the same", async () => {
  nextPut({ kind: "operation-lost" });
  const put = await swap(arm, green);
  expect(await described(put)).toBe(404);
  expect((await read(arm, put.headers.get("location")!)).status).toBe(404);
  arm.pass(2);
  expect(slotNow()).toBe("Production");
});

test("the final GET of the slot can be forbidden although the swap happened", async () => {
  await swap(arm, green);
  arm.pass(2);
  arm.simulator.faults.add({
    method: "GET",
    url: "cloudServiceSlots/swap",
    answer: { kind: "status", status: 403, code: "AuthorizationFailed" },
  });
  expect((await read(arm, slotOf(green))).status).toBe(403);
  expect(slotNow()).toBe("Production");
});

test.each([
  ["azure-asyncoperation", [true, false]],
  ["location", [false, true]],
  ["none", [false, false]],
] as const)("a 202 names its operation by %s", async (headers, expected) => {
  nextPut({ kind: "operation", headers });
  const put = await swap(arm, green);
  expect(
    [put.headers.get("azure-asyncoperation"), put.headers.get("location")].map((each) => each !== undefined),
  ).toEqual(expected);
});

test("an operation's URL can be on another host, with any casing or an unknown status", async () => {
  nextPut({ kind: "operation", origin: "https://other.example", word: "SUCCEEDED" });
  const put = await swap(arm, green);
  expect(monitorOf(put)).toMatch(/^https:\/\/other\.example\/subscriptions\//);
  arm.pass(2);
  expect(await described(put)).toBe("SUCCEEDED");
});

test.each([
  ["no-op", 202, "Production"],
  ["error", 409, "Production"],
  ["toggle", 202, "Staging"],
])("a PUT that names the slot held already is, at will: %s", async (repeatedPut, status, slot) => {
  await withSwap({ repeatedPut });
  await swap(arm, green);
  arm.pass(2);
  const again = await swap(arm, green);
  expect(again.status).toBe(status);
  arm.pass(2);
  expect([slotNow(), effects()]).toEqual([slot, slot === "Staging" ? 2 : 1]);
});

test("instances that do not run fail the operation, unless the scenario allows it", async () => {
  const busy = {
    kind: "state",
    service: "shop-blue",
    instance: "WebRole_IN_1",
    state: "RoleStateBusy",
  } as const;
  arm.simulator.addServiceFault(busy);
  const put = await swap(arm, green);
  arm.pass(2);
  expect((await read(arm, monitorOf(put))).body).toMatchObject({
    status: "Failed",
    error: { code: "VipSwapNotAllowedAsRollingUpgradeIsInProgress" },
  });
  await withSwap({ requireRunning: false });
  arm.simulator.addServiceFault(busy);
  await swap(arm, green);
  arm.pass(2);
  expect(slotNow()).toBe("Production");
});

test("after a swap by hand the PUT has nothing to do: it names an end state", async () => {
  const put = await swap(arm, green);
  arm.simulator.swapByHand("shop-blue");
  arm.pass(2);
  expect([await described(put), slotNow(), effects()]).toEqual(["Succeeded", "Production", 1]);
});
