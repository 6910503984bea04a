import type { Permission } from "../../src/ports/identity";
import { startScenario, type Scenario } from "../support/scenario";

/** A registered promotion continues without its requester. */

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

const registrationOf = (requestId: string, over: object = {}) => ({
  ...{ requestId, contentHash: "h", origin: { channel: "queue" }, at: scenario.clock.now() },
  pair: { key: scenario.key, blueFirst: true },
  request: { requestId, pair: "shop", promote: "green", reason: "x", requestedBy: "y", ...over },
});

const start = (requestId: string, over: object = {}) =>
  scenario.app.call("POST", `orchestrators/promote/promotion-${requestId}`, {
    requestId,
    registration: registrationOf(requestId, over),
  });

const fill = async () => {
  for (let i = 0; i < 32; i++)
    await scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, {
      ...{ kind: "register", requestId: `q-${i}`, at: scenario.clock.now() },
    });
};

const isRegistered = async (id: string) =>
  (await scenario.pair()).registered.some(({ requestId }) => requestId === id);

test("a started run registers and promotes without another request", async () => {
  await start("alone");
  await scenario.app.settle();
  expect([(await scenario.promotion("alone")).contentHash, await isRegistered("alone")]).toEqual(["h", true]);
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf("alone")).toBe("promoted");
});

test("a run that is gone after it registered is found at its pair and started again", async () => {
  const begin = {
    kind: "begin",
    runId: "gone",
    at: scenario.clock.now(),
    registration: registrationOf("r-x"),
  };
  await scenario.app.call("POST", "entities/promotion/r-x?op=change", begin);
  await scenario.app.settle();
  expect(await isRegistered("r-x")).toBe(true);
  await scenario.advance({ minutes: 15 });
  expect(scenario.outcomeOf("r-x")).toBe("promoted");
});

test("a run whose id is taken continues with the first registration", async () => {
  const first = { ...registrationOf("r-x"), contentHash: "first" };
  const begin = { kind: "begin", runId: "gone", at: scenario.clock.now(), registration: first };
  await scenario.app.call("POST", "entities/promotion/r-x?op=change", begin);
  await start("r-x", { promote: "blue" });
  await scenario.advance({ minutes: 10 });
  expect(await scenario.promotion("r-x")).toMatchObject({
    ...{ contentHash: "first", request: { promote: "green" }, conclusion: { outcome: "promoted" } },
  });
});

test("a run that overwrites a concluded one changes and registers nothing", async () => {
  const id = await scenario.request();
  await scenario.advance({ minutes: 10 });
  const before = await scenario.promotion(id);
  await start(id, { promote: "blue" });
  await scenario.advance({ minutes: 10 });
  expect(await scenario.promotion(id)).toEqual(before);
  expect([scenario.published.length, await isRegistered(id), scenario.effects()]).toEqual([1, false, 1]);
});

test("a request for a full pair is refused with queue-full, and its sender is answered", async () => {
  await fill();
  const body = { requestId: "r-x", pair: "shop", promote: "green", reason: "x" };
  const reply = await scenario.http("POST", "promotions", body, ["Swap.Request"]);
  expect([reply.status, reply.body]).toMatchObject([200, { outcome: "refused" }]);
  await scenario.app.settle();
  expect(scenario.published.map(({ data }) => data.reason.code)).toEqual(["queue-full"]);
  expect((await scenario.promotion("r-x")).announcedAt).toBeDefined();
  expect(await isRegistered("r-x")).toBe(false);
  // No export contains it, so its event names no pair chain.
  expect(scenario.published[0]?.data.audit).toMatchObject({ pair: null });
});

test("a full queue still has places for operators and break-glass, for nobody else", async () => {
  await fill();
  const at = scenario.clock.now();
  for (let i = 0; i < 20; i++) {
    const enqueue = { kind: "enqueue", requestId: `q-${i}`, at, maxQueued: 20, whenBusy: "wait" };
    await scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, enqueue);
  }
  await scenario.app.settle();
  const ask = async (requestId: string, by: readonly Permission[], over: object = {}) => {
    const body = { requestId, pair: "shop", promote: "green", reason: "x", ...over };
    return (await scenario.http("POST", "promotions", body, by)).status;
  };
  expect(await ask("others", ["Swap.Request"])).toBe(200);
  expect(await ask("operator", ["Swap.Request", "Swap.Operate"])).toBe(202);
  expect(await ask("urgent", ["Swap.Operate"], { breakGlass: { reason: "an incident" } })).toBe(202);
  await scenario.app.settle();
  expect((await scenario.promotion("others")).conclusion?.reason.code).toBe("queue-full");
  const queue = (await scenario.pair()).queue.map(({ requestId }) => requestId);
  expect(queue.slice(20).sort()).toEqual(["operator", "urgent"]);
});

test("a queue-full outcome is published even after a long broker outage", async () => {
  await fill();
  scenario.brokerDown = true;
  await start("r-x");
  await scenario.advance({ hours: 3 });
  expect((await scenario.promotion("r-x")).conclusion?.outcome).toBe("refused");
  scenario.brokerDown = false;
  await scenario.advance({ minutes: 15 });
  expect(scenario.published.map(({ data }) => data.outcome)).toEqual(["refused"]);
  expect((await scenario.promotion("r-x")).announcedAt).toBeDefined();
});

test("a run publishes its own event once the broker is back; the reconciler does not", async () => {
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  scenario.brokerDown = true;
  while (!(await scenario.promotion(id)).conclusion) await scenario.advance({ seconds: 10 });
  scenario.brokerDown = false;
  await scenario.advance({ seconds: 30 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  await scenario.advance({ minutes: 10 });
  expect([scenario.published.length, await isRegistered(id)]).toEqual([1, false]);
});
