import { reason } from "../../src/domain/kernel/reason-codes";
import { type Scenario, startScenario } from "../support/scenario";

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

test("one PUT promotes once every instance has been running for two minutes", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 100 });
  expect(scenario.puts()).toBe(0);
  await scenario.advance({ minutes: 2 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect({ puts: scenario.puts(), effects: scenario.effects(), holder: scenario.holder() }).toEqual({
    puts: 1,
    effects: 1,
    holder: "green",
  });
  const [event] = scenario.published;
  expect(event?.data.finalRead?.incoming).toMatchObject({
    slot: "production",
    provisioningState: "Succeeded",
  });
  const pair = await scenario.pair();
  expect({ lease: pair.lease, line: pair.queue, registered: pair.registered }).toEqual({
    lease: undefined,
    line: [],
    registered: [],
  });
});

test("eight reads plan, four precede the one PUT, and five prove and verify it", async () => {
  await scenario.request();
  await scenario.advance({ minutes: 5 });
  const entries = scenario.arm.journal.entries;
  const put = entries.findIndex((entry) => entry.method === "PUT");
  const atPut = entries.filter((entry, i) => i < put && entry.at === entries[put]?.at);
  const polls = 5 * 2;
  expect({
    plan: entries.indexOf(entries.find((entry) => entry.at > (entries[0]?.at ?? ""))!) - 2,
    beforePut: atPut.length - 2,
    puts: scenario.puts(),
    afterPut: entries.length - put - 1,
    all: entries.length - polls,
  }).toEqual({ plan: 8, beforePut: 4, puts: 1, afterPut: 5, all: 18 });
  const proof = entries.slice(put + 1);
  expect(proof[0]?.url).toContain("/operations/");
  expect(scenario.published[0]?.data.finalRead?.incoming?.publicIp?.address).toBe("203.0.113.10");
});

test("verification reads services and public IPs until both agree", async () => {
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  await scenario.advance({ seconds: 5 });
  const frontend = (name: string) => scenario.arm.service(name)!.loadBalancers[0]!.frontends[0]!;
  const exchangeIps = () => {
    const [green, blue] = [frontend("shop-green"), frontend("shop-blue")];
    [green.publicIp, blue.publicIp] = [blue.publicIp, green.publicIp];
  };
  exchangeIps();
  await scenario.advance({ seconds: 30 });
  expect((await scenario.promotion(id)).waiting).toMatchObject({ kind: "verification" });
  expect(scenario.outcomeOf(id)).toBeUndefined();
  exchangeIps();
  await scenario.advance({ seconds: 30 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
});

test("a slow broker does not delay the PUT", async () => {
  await scenario.request();
  await scenario.advance({ seconds: 119 });
  scenario.brokerDelayMs = 3_000;
  await scenario.advance({ seconds: 3 });
  expect(scenario.puts()).toBe(1);
});

test("a repeated request is the same promotion; other content under its id is refused", async () => {
  const id = await scenario.request();
  await scenario.advance({ minutes: 5 });
  const body = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  expect((await scenario.http("POST", "promotions", body)).body).toMatchObject({ outcome: "promoted" });
  expect((await scenario.http("POST", "promotions", { ...body, promote: "blue" })).status).toBe(409);
  await scenario.advance({ minutes: 5 });
  expect({ puts: scenario.puts(), events: scenario.published.length }).toEqual({ puts: 1, events: 1 });
});

test("a target that already holds production is unchanged, without a PUT", async () => {
  const id = await scenario.request({ promote: "blue" });
  expect(scenario.outcomeOf(id)).toBe("unchanged");
  expect(scenario.puts()).toBe(0);
});

test("staging without an expected version is refused as unpinned", async () => {
  const id = await scenario.request({ promote: "staging" });
  expect(scenario.published[0]?.data).toMatchObject({
    requestId: id,
    outcome: "refused",
    reason: { code: "unpinned" },
  });
});

test("staging with the expected version promotes; the same request again is unchanged", async () => {
  await scenario.request({ promote: "staging", expect: { version: "v2" } });
  await scenario.advance({ minutes: 5 });
  const again = await scenario.request({ promote: "staging", expect: { version: "v2" } });
  expect(scenario.outcomeOf(again)).toBe("unchanged");
  expect(scenario.effects()).toBe(1);
});

test("flapping restarts the wait, and the readiness deadline names the instance", async () => {
  const worker = scenario.arm.service("shop-green")!.instances.find((i) => i.name === "WorkerRole_IN_0")!;
  const id = await scenario.request();
  for (let minute = 0; minute < 29; minute++) {
    worker.state = minute % 2 === 0 ? "RoleStateStarted" : "RoleStateBusy";
    await scenario.advance({ minutes: 1 });
  }
  worker.state = "RoleStateCyclingRole";
  await scenario.advance({ minutes: 3 });
  expect(scenario.published[0]?.data).toMatchObject({
    requestId: id,
    outcome: "expired",
    waitingFor: "readiness",
  });
  expect(scenario.published[0]?.data.reason.detail).toContain("WorkerRole_IN_0");
  expect(scenario.puts()).toBe(0);
});

test("an instance that stops between readiness and PUT withholds the PUT", async () => {
  await scenario.request();
  await scenario.advance({ seconds: 119 });
  scenario.arm.service("shop-blue")!.provisioningState = "Updating";
  await scenario.advance({ minutes: 3 });
  expect(scenario.puts()).toBe(0);
  scenario.arm.service("shop-blue")!.provisioningState = "Succeeded";
  await scenario.advance({ minutes: 5 });
  expect(scenario.outcomeOf("r-1")).toBe("promoted");
  expect(scenario.puts()).toBe(1);
});

test("a deployment makes the plan stale: a new plan promotes the new version", async () => {
  await scenario.request();
  await scenario.advance({ seconds: 100 });
  scenario.arm.service("shop-green")!.version = "v3";
  await scenario.advance({ minutes: 10 });
  const state = await scenario.promotion("r-1");
  expect(state.plans).toBe(2);
  expect(scenario.published[0]?.data).toMatchObject({ outcome: "promoted", incoming: { version: "v3" } });
});

test("another person's swap before our PUT is reported as unchanged, not reverted", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 100 });
  scenario.arm.swapByHand("shop-green");
  await scenario.advance({ minutes: 5 });
  expect(scenario.outcomeOf(id)).toBe("unchanged");
  expect({ puts: scenario.puts(), holder: scenario.holder() }).toEqual({ puts: 0, holder: "green" });
});

test("promotions of one pair go one after another, each with its own lease", async () => {
  await scenario.request();
  await scenario.request({ promote: "blue" });
  expect(scenario.outcomeOf("r-2")).toBe("unchanged");
  await scenario.advance({ minutes: 10 });
  const third = await scenario.request({ promote: "blue" });
  const fourth = await scenario.request({ promote: "blue", reason: "another" });
  expect((await scenario.pair()).queue).toHaveLength(1);
  await scenario.advance({ minutes: 10 });
  expect([scenario.outcomeOf(third), scenario.outcomeOf(fourth)]).toEqual(["promoted", "unchanged"]);
  expect(scenario.effects()).toBe(2);
});

test("expiresAt ends a wait as expired before anything is claimed", async () => {
  const id = await scenario.request({ expiresAt: "2026-11-24T12:01:00Z" });
  await scenario.advance({ minutes: 5 });
  expect(scenario.published[0]?.data).toMatchObject({
    requestId: id,
    outcome: "expired",
    reason: { code: "request-expired" },
  });
  expect(scenario.puts()).toBe(0);
});

test("the next in the queue takes the lease as soon as it is free", async () => {
  const first = await scenario.request();
  await scenario.advance({ seconds: 85 });
  // Its timer fires every 60 s, next at 145 s. The first leaves well before that.
  const second = await scenario.request();
  while (scenario.outcomeOf(first) === undefined) await scenario.advance({ seconds: 1 });
  await scenario.advance({ seconds: 2 });
  expect((await scenario.pair()).lease?.holder).toBe(second);
});

test("the first in the queue takes the lease as soon as the hold is released", async () => {
  const hold = { id: "h-1", at: 1, reason: reason("foreign-state", "looked at") };
  await scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, { kind: "hold", hold });
  const id = await scenario.request();
  await scenario.advance({ seconds: 5 });
  const released = await scenario.http("DELETE", "holds/shop", { note: "seen" }, ["Swap.Operate"]);
  await scenario.advance({ seconds: 2 });
  expect([released.status, (await scenario.pair()).lease?.holder]).toEqual([200, id]);
});
