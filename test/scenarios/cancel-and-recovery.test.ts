import { reason } from "../../src/domain/kernel/reason-codes";
import { type Scenario, startScenario } from "../support/scenario";

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario();
});
afterEach(() => scenario.stop());

test("a cancel during readiness is acknowledged and no PUT follows", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  expect((await scenario.http("POST", `promotions/${id}/cancel`, { note: "wrong build" })).status).toBe(202);
  await scenario.advance({ minutes: 10 });
  expect(scenario.published[0]?.data).toMatchObject({
    outcome: "cancelled",
    reason: { code: "cancelled-by-person" },
  });
  expect(scenario.puts()).toBe(0);
});

test("answer, log, event and view show who cancelled, when, and the whole first note", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  const note = `wrong build: ${"n".repeat(300)}`;
  const cancel = (said: string, name = "Olga") =>
    scenario.http("POST", `promotions/${id}/cancel`, said === "" ? undefined : { note: said }, {
      ...{ oid: name, name, permissions: ["Swap.Operate"] },
    });
  const at = new Date(scenario.clock.now()).toISOString();
  const first = (await cancel(note)).body as { detail: string };
  expect(first.detail).toContain(`cancelled by Olga at ${at.slice(0, 17)}`);
  expect(first.detail).toContain(note);
  expect(scenario.logged.join()).toContain(note);
  await scenario.advance({ minutes: 2 });
  expect(scenario.published[0]?.data.reason.detail).toBe(first.detail);
  const shown = (await scenario.http("GET", `promotions/${id}`)).body;
  expect(shown).toMatchObject({ outcome: "cancelled", reason: { detail: first.detail } });
  const again = await cancel("me too", "Bob");
  expect(again).toMatchObject({ status: 200, body: { outcome: "cancelled", detail: first.detail } });
});

test("a cancel while an attempt is open is refused, and after the swap it is too late", async () => {
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  expect((await scenario.http("POST", `promotions/${id}/cancel`)).body).toMatchObject({
    code: "attempt-open",
  });
  await scenario.advance({ minutes: 5 });
  expect((await scenario.http("POST", `promotions/${id}/cancel`)).body).toMatchObject({
    code: "already-concluded",
  });
  expect(scenario.outcomeOf(id)).toBe("promoted");
});

test("the reconciler cancels a run that was terminated by hand before its claim", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.advance({ minutes: 3 });
  expect(scenario.published[0]?.data).toMatchObject({
    outcome: "cancelled",
    reason: { code: "terminated-by-hand" },
  });
  expect((await scenario.pair()).lease).toBeUndefined();
});

const other = { requestId: "other", at: 1 };

test("a live run stops once something else stores its outcome (world 9072)", async () => {
  const pair = (operation: object) =>
    scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, operation);
  await pair({ kind: "register", ...other });
  await pair({ kind: "enqueue", ...other, maxQueued: 9, whenBusy: "wait" });
  await pair({ kind: "acquire-lease", ...other });
  const id = await scenario.request();
  await scenario.advance({ seconds: 60 });
  const ending = { outcome: "cancelled", reason: reason("terminated-by-hand", "seen too late") };
  const change = { kind: "conclude", ending, at: scenario.app.clock.now() };
  await scenario.app.call("POST", `entities/promotion/${id}?op=change`, change);
  await pair({ kind: "leave", requestId: "other" });
  await scenario.advance({ minutes: 20 });
  expect({ outcome: scenario.outcomeOf(id), puts: scenario.puts() }).toEqual({
    outcome: "cancelled",
    puts: 0,
  });
  expect((await scenario.pair()).queue).toEqual([]);
});

test("a live run whose promotion has left the pair is in no queue (world 9072)", async () => {
  const id = await scenario.request();
  await scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, { kind: "leave", requestId: id });
  await scenario.advance({ minutes: 20 });
  expect(scenario.puts()).toBe(0);
});

test("the reconciler restarts a run that is gone after its PUT; it proves the swap", async () => {
  const id = await scenario.request();
  while (scenario.puts() === 0) await scenario.advance({ seconds: 1 });
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.app.settle();
  expect((await scenario.app.call("DELETE", `instances/promotion-${id}`)).status).toBe(200);
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect({ puts: scenario.puts(), effects: scenario.effects() }).toEqual({ puts: 1, effects: 1 });
});

test("once the broker is back, the outcome is published with the stored bytes and id", async () => {
  scenario.brokerDown = true;
  const id = await scenario.request();
  await scenario.advance({ minutes: 90 });
  expect((await scenario.promotion(id)).conclusion?.outcome).toBe("promoted");
  expect(scenario.published).toEqual([]);
  scenario.brokerDown = false;
  await scenario.advance({ minutes: 3 });
  expect(new Set(scenario.published.map((event) => event.id))).toEqual(
    new Set([`promotion-${id}-completed`]),
  );
  expect(scenario.logged.some((line) => line.includes("[alert publish-failing]"))).toBe(true);
  expect((await scenario.pair()).registered).toEqual([]);
});

test("the history of a promotion that waits for hours stays short", async () => {
  scenario.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  const id = await scenario.request();
  await scenario.advance({ minutes: 25 });
  const state = await scenario.promotion(id);
  const { body } = await scenario.app.call("GET", `instances/${state.waiting!.instanceId}?showHistory=true`);
  expect((body as { historyEvents: unknown[] }).historyEvents.length).toBeLessThan(60);
});

test("a waiting promotion shows since, until, what ends it, the next action, an ETag", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 30 });
  const shown = await scenario.http("GET", `promotions/${id}`, undefined, ["Swap.Read"]);
  expect(shown.body).toMatchObject({
    phase: "awaiting-readiness",
    waitingFor: {
      what: "readiness",
      since: { utc: expect.any(String) },
      until: { utc: expect.any(String) },
      endsWith: expect.any(String),
    },
    nextAction: expect.any(String),
  });
  expect(shown.headers.get("etag")).toMatch(/^W\/"\d+"$/);
  expect(JSON.stringify(shown.body)).not.toContain("instanceId");
});
