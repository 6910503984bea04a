import {
  blue,
  green,
  network,
  openInProcess,
  read,
  swap,
  SUBSCRIPTION,
  type InProcess,
} from "../../support/arm-transports";

let arm: InProcess;
beforeEach(() => {
  arm = openInProcess();
});
afterEach(() => arm.close());

const started = (slot: string, version: string, count = 3) => ({
  started: count,
  expected: 3,
  provisioningState: "Succeeded",
  version,
  slot,
});

test("every call is written down with its time, its status and when it was answered", async () => {
  arm.simulator.faults.add({ method: "PUT", answer: { kind: "slow", delayMs: 700 } });
  await read(arm, blue);
  arm.pass(1);
  const put = swap(arm, green);
  arm.pass(1);
  await put;
  expect(arm.simulator.journal.entries).toMatchObject([
    {
      at: "2026-01-01T00:00:00.000Z",
      method: "GET",
      url: `${blue}?api-version=2024-11-04`,
      status: 200,
      answeredAt: "2026-01-01T00:00:00.000Z",
      effect: null,
    },
    { at: "2026-01-01T00:00:01.000Z", method: "PUT", status: 202, answeredAt: "2026-01-01T00:00:01.700Z" },
  ]);
  expect(arm.simulator.journal.entries[0]).not.toHaveProperty("ready");
});

test("a PUT records how ready both services were then, and its effect how ready later", async () => {
  await swap(arm, green);
  arm.simulator.addServiceFault({
    kind: "state",
    service: "shop-blue",
    state: "RoleStateBusy",
    instance: "WebRole_IN_0",
  });
  arm.pass(1.5);
  expect(arm.simulator.journal.entries[0]).toMatchObject({
    effect: "swapped",
    effectAt: "2026-01-01T00:00:01.500Z",
    ready: { "shop-blue": started("Production", "v1"), "shop-green": started("Staging", "v2") },
  });
  expect(arm.simulator.journal.effects).toEqual([
    {
      at: "2026-01-01T00:00:01.500Z",
      cause: "PUT",
      entry: 0,
      production: "shop-green",
      ready: { "shop-blue": started("Production", "v1", 2), "shop-green": started("Staging", "v2") },
    },
  ]);
});

test("a missing instance, and an extra one that does not run, show as not ready", () => {
  const service = arm.simulator.service("shop-green")!;
  arm.simulator.addServiceFault({
    kind: "unlisted",
    service: "shop-green",
    instance: "WebRole_IN_0",
    seconds: 5,
  });
  expect(arm.simulator.readiness(service)).toMatchObject({ started: 2, expected: 3 });
  arm.pass(5);
  arm.simulator.addServiceFault({ kind: "scale", service: "shop-green", role: "WebRole", capacity: 1 });
  expect(arm.simulator.readiness(service)).toMatchObject({ started: 2, expected: 3 });
  arm.pass(120);
  expect(arm.simulator.readiness(service)).toMatchObject({ started: 2, expected: 2 });
});

test("an effect of the POST names its call, one by hand names none", async () => {
  await arm.call(
    "POST",
    `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Network/locations/westeurope/setLoadBalancerFrontendPublicIpAddresses?api-version=2020-06-01`,
    {
      frontendIPConfigurations: [
        ["blue", "staging"],
        ["green", "production"],
      ].map(([side, slot]) => ({
        id: `${network}/loadBalancers/lb-shop-${side}/frontendIPConfigurations/fe`,
        properties: { publicIPAddress: { id: `${network}/publicIPAddresses/ip-shop-${slot}` } },
      })),
    },
  );
  arm.pass(2);
  arm.simulator.swapByHand("shop-green");
  expect(arm.simulator.journal.effects).toMatchObject([
    { cause: "POST", entry: 0, production: "shop-green" },
    { cause: "by-hand", production: "shop-blue" },
  ]);
  expect(arm.simulator.journal.entries).toMatchObject([
    {
      method: "POST",
      effect: "swapped",
      ready: { "shop-blue": started("Production", "v1"), "shop-green": started("Staging", "v2") },
    },
  ]);
});

test("the journal alone shows which PUTs overlap", async () => {
  arm.simulator.faults.add({ method: "PUT", answer: { kind: "slow", delayMs: 5_000 } });
  const first = swap(arm, green);
  arm.pass(1);
  await swap(arm, green);
  arm.pass(4);
  await first;
  const [a, b] = arm.simulator.journal.entries;
  expect([a!.status, b!.status]).toEqual([202, 429]);
  expect(Date.parse(b!.at)).toBeLessThan(Date.parse(a!.answeredAt!));
});
