import { reason } from "../../src/domain/kernel/reason-codes";
import { defaultPolicy, type PairPolicy } from "../../src/domain/policy/policy";
import { type Scenario, startScenario } from "../support/scenario";

const probe = {
  name: "home",
  url: "http://shop/",
  incomingUrl: "http://staging.shop/",
  expect: {},
  timeoutMs: 1_000,
};
/** Short, to keep the waits short. Lost calls take longer. */
const policy: Partial<PairPolicy> = {
  probes: [probe],
  readiness: { pollMs: 5_000, stableForMs: 10_000, deadlineMs: 30 * 60_000 },
  soak: { ...defaultPolicy.soak, forMs: 60_000 },
  swap: { ...defaultPolicy.swap, operationDeadlineMs: 120_000 },
};

let scenario: Scenario;
beforeEach(async () => {
  scenario = await startScenario({ policy });
});
afterEach(() => scenario.stop());

async function soaking(request: Record<string, unknown> = {}): Promise<string> {
  const id = await scenario.request(request);
  for (let i = 0; i < 400 && (await scenario.promotion(id)).phase !== "soaking"; i++)
    await scenario.advance({ seconds: 5 });
  return id;
}

const event = (id: string) => scenario.published.find((each) => each.data.requestId === id)?.data;
const nextPut = (answer: Record<string, unknown>, times = 1) => {
  scenario.arm.faults.add({ method: "PUT", url: "", skip: 0, times, answer } as never);
};
const order = (id: string, body: unknown = { note: "checkout is slow" }) =>
  scenario.http("POST", `promotions/${id}/rollback`, body);
const regress = () => scenario.sites.set("v2", { status: 500 });

/** Runs until the outcome, and some time longer. */
async function outcome(id: string) {
  for (let i = 0; i < 120 && !event(id); i++) await scenario.advance({ minutes: 1 });
  await scenario.advance({ minutes: 3 });
  return {
    outcome: event(id)?.outcome,
    code: event(id)?.reason.code,
    puts: scenario.puts(),
    effects: scenario.effects(),
    holder: scenario.holder(),
  };
}

const status = (code: number, name: string, more = {}) => ({
  kind: "status",
  status: code,
  code: name,
  message: "x",
  ...more,
});

test.each<[string, Record<string, unknown>, number, object]>([
  [
    "a busy platform is called again",
    status(409, "Conflict"),
    1,
    { outcome: "rolled-back", puts: 3, effects: 2 },
  ],
  [
    "throttling is respected",
    status(429, "TooManyRequests", { retryAfter: 90 }),
    1,
    { outcome: "rolled-back", puts: 3, effects: 2 },
  ],
  [
    "a refusal by the platform halts; the release keeps production",
    status(403, "AuthorizationFailed"),
    1,
    { outcome: "halted", code: "rollback-failed", puts: 2, effects: 1, holder: "green" },
  ],
  [
    "a lost call without effect is proved by reads and repeated once",
    { kind: "reset-before" },
    1,
    { outcome: "rolled-back", puts: 3, effects: 2, holder: "blue" },
  ],
  [
    "two lost calls halt",
    { kind: "reset-before" },
    2,
    { outcome: "halted", code: "rollback-failed", puts: 3, effects: 1, holder: "green" },
  ],
  [
    "reads find the effect of a call whose reply is lost, without another call",
    { kind: "reset-after" },
    1,
    { outcome: "rolled-back", puts: 2, effects: 2, holder: "blue" },
  ],
  [
    "a failed operation halts",
    { kind: "operation-fails", code: "Boom" },
    1,
    { outcome: "halted", code: "rollback-failed", puts: 2, effects: 1 },
  ],
  [
    "success without effect is not accepted",
    { kind: "no-effect" },
    1,
    { outcome: "halted", code: "outcome-unproved", puts: 2, effects: 1 },
  ],
])("a rollback: %s (I1)", async (_claim, answer, times, expected) => {
  const id = await soaking();
  nextPut(answer, times);
  regress();
  expect(await outcome(id)).toMatchObject(expected);
  expect(event(id)?.reason.detail).toContain("probe home: status is 500");
});

test("a lost forward call does not reduce the rollback's two attempts", async () => {
  nextPut({ kind: "reset-before" });
  const id = await soaking();
  nextPut({ kind: "reset-before" });
  regress();
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", puts: 4, effects: 2, holder: "blue" });
});

test("a rollback to a service that does not run is tried and halts when Azure declines", async () => {
  const id = await soaking();
  scenario.arm.service("shop-blue")!.instances[0]!.state = "RoleStateStopped";
  scenario.sites.set("v1", { status: 503 });
  regress();
  expect(await outcome(id)).toMatchObject({
    outcome: "halted",
    code: "rollback-failed",
    puts: 2,
    effects: 1,
  });
  expect(event(id)?.attempts.at(-1)?.evidence).toContain("old production: probe home: status is 503");
});

test("a rollback to a service whose probes fail is carried out and reported", async () => {
  const id = await soaking();
  scenario.sites.set("v1", { status: 503 });
  regress();
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", effects: 2, holder: "blue" });
  expect(event(id)?.attempts.at(-1)?.evidence).toContain("old production: probe home: status is 503");
});

test("a service that was deployed again is no rollback target", async () => {
  const id = await soaking();
  scenario.arm.service("shop-blue")!.version = "v3";
  regress();
  expect(await outcome(id)).toMatchObject({
    outcome: "halted",
    code: "rollback-failed",
    puts: 1,
    holder: "green",
  });
});

test("a hold does not stop a rollback (I10)", async () => {
  const id = await soaking();
  const hold = { id: "incident", at: 1, reason: reason("on-hold", "an incident") };
  await scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, { kind: "hold", hold });
  regress();
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", effects: 2, holder: "blue" });
});

test("a freeze that begins during the soak does not stop a rollback (I10)", async () => {
  await scenario.stop();
  const begins = Date.parse("2026-11-24T12:00:40Z");
  const freeze = { kind: "interval", from: begins, to: begins + 86_400_000, reason: "an audit" } as const;
  scenario = await startScenario({
    policy,
    window: { allow: [], deny: [], freezes: [freeze], zone: "UTC" },
  });
  const id = await soaking();
  while (scenario.clock.now() < begins) await scenario.advance({ seconds: 5 });
  regress();
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", effects: 2, holder: "blue" });
});

test("attempts executed twice at once roll back once (I1)", async () => {
  await scenario.stop();
  scenario = await startScenario({
    policy,
    durable: {
      around: async (name, invoke) => {
        if (name !== "attemptSwap") return invoke();
        const [first] = await Promise.all([invoke(), invoke()]);
        return first;
      },
    },
  });
  const id = await soaking();
  regress();
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", puts: 2, effects: 2, holder: "blue" });
});

test("a run that is gone around its rollback's PUT resumes it and rolls back once", async () => {
  const id = await soaking();
  regress();
  while (scenario.puts() < 2) await scenario.advance({ seconds: 1 });
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.app.settle();
  await scenario.app.call("DELETE", `instances/promotion-${id}`);
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", puts: 2, effects: 2, holder: "blue" });
});

test("a run that is gone before its rollback's PUT still carries out the order", async () => {
  const id = await soaking();
  const kept = { kind: "order-rollback", requestId: id };
  const by = { id: "o", cause: "regression", by: "the soak", note: "seen before the crash", at: 1 };
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.app.settle();
  await scenario.app.call("DELETE", `instances/promotion-${id}`);
  await scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, { ...kept, order: by });
  expect(await outcome(id)).toMatchObject({ outcome: "rolled-back", puts: 2, effects: 2 });
  expect(event(id)?.rollback).toMatchObject({ note: "seen before the crash" });
});

test("a person orders the rollback in one call while the release soaks", async () => {
  const id = await soaking();
  const reply = await order(id);
  expect(reply).toMatchObject({ status: 202, body: { id } });
  expect(await outcome(id)).toMatchObject({
    outcome: "rolled-back",
    code: "rolled-back-by-person",
    puts: 2,
    effects: 2,
  });
  expect(event(id)).toMatchObject({
    reason: { detail: expect.stringContaining("ordered by Olga: checkout is slow; rolled back: ") },
    rollback: {
      cause: "person",
      by: "Olga",
      oid: expect.stringMatching(/./) as string,
      note: "checkout is slow",
    },
  });
});

test("a rollback needs Swap.Operate, a note and a soak; later the reply has the call", async () => {
  const id = await scenario.request();
  expect(
    (await scenario.http("POST", `promotions/${id}/rollback`, { note: "x" }, ["Swap.Request"])).status,
  ).toBe(403);
  expect((await order(id, {})).body).toMatchObject({ code: "note-required" });
  expect((await order(id)).body).toMatchObject({ code: "nothing-to-roll-back" });
  expect((await order("nobody")).status).toBe(404);
  await scenario.advance({ minutes: 15 });
  expect(event(id)?.outcome).toBe("promoted");
  const { status: late, body } = await order(id);
  expect([late, body]).toMatchObject([
    409,
    {
      code: "rollback-too-late",
      detail: `it has ended as promoted; to go back: POST /api/promotions {"requestId":"back-from-${id}","pair":"shop","promote":"blue","reason":"go back from ${id}"}`,
    },
  ]);
});

test("the call that the reply offers after the conclusion rolls back", async () => {
  const id = await soaking();
  await scenario.advance({ minutes: 10 });
  const { detail } = (await order(id)).body as { detail: string };
  const back = JSON.parse(detail.slice(detail.indexOf("{"))) as Record<string, unknown>;
  scenario.sites.set("v1", {});
  await scenario.request(back);
  expect(await outcome(`back-from-${id}`)).toMatchObject({ outcome: "promoted", holder: "blue" });
});

test("an order does not roll back an irreversible release either", async () => {
  const id = await soaking({ irreversible: true });
  expect((await order(id)).body).toMatchObject({ code: "rollback-irreversible" });
});

test("a cancel during the soak is refused, and the rollback is offered", async () => {
  const id = await soaking();
  const { status: refused, body } = await scenario.http("POST", `promotions/${id}/cancel`, {});
  expect([refused, body]).toMatchObject([
    409,
    { code: "cancel-too-late", detail: expect.stringContaining(`POST /api/promotions/${id}/rollback`) },
  ]);
  expect(await outcome(id)).toMatchObject({ outcome: "promoted" });
});

test("after a rollback the pair stays on hold until a person releases it", async () => {
  const id = await soaking();
  regress();
  expect((await outcome(id)).outcome).toBe("rolled-back");
  scenario.sites.delete("v2");
  const next = await scenario.request();
  await scenario.advance({ minutes: 10 });
  expect((await scenario.promotion(next)).waiting).toMatchObject({ kind: "queue" });
  expect((await scenario.http("DELETE", "holds/shop", { note: "fixed" })).status).toBe(200);
  await scenario.advance({ minutes: 15 });
  expect(event(next)?.outcome).toBe("promoted");
});
