import { openTaskHub } from "../../local/durable-engine";
import { reason } from "../../src/domain/kernel/reason-codes";
import { applyToPair } from "../../src/domain/pair/operations";
import { emptyPair, type PairOperation, type PairState } from "../../src/domain/pair/pair";
import { createQueueHandler } from "../../src/triggers/queue";
import type { ObservedInvocation } from "../support/durable-app";
import { createFakePorts } from "../support/fake-ports";
import { startMessageApp } from "../support/message-app";
import { quickQueues } from "../support/quick-queues";
import { type Scenario, startScenario } from "../support/scenario";
import { createVirtualClock } from "../support/virtual-clock";

/** How the product handles input at its boundaries: entities, ids, signals, messages (docs/pitfalls.md). */
let scenario: Scenario | undefined;
let seen: ObservedInvocation[] = [];
afterEach(async () => {
  await scenario?.stop();
  scenario = undefined;
});

async function open(): Promise<Scenario> {
  seen = [];
  return (scenario = await startScenario({ durable: { observe: (call) => seen.push(call) } }));
}

/** A scenario whose stored state a test can replace with that of a newer app version. */
async function openWithHub() {
  const clock = createVirtualClock();
  const hub = await openTaskHub({ settings: { hubName: "Test", ...quickQueues }, clock });
  const world = (scenario = await startScenario({ clock, durable: { shared: { hub, host: "first" } } }));
  const put = (id: string, state: unknown) => {
    const record = hub.entities.get(id) ?? { id, exists: true, lastOperationAt: 0 };
    hub.entities.set(id, { ...record, exists: true, state: JSON.stringify(state) });
  };
  const read = (id: string) => JSON.parse(hub.entities.get(id)?.state ?? "null") as Record<string, unknown>;
  return { world, put, read };
}

const entityResults = () =>
  seen
    .filter(({ function: name }) => ["pair", "promotion", "index"].includes(name))
    .flatMap(({ returned }) => {
      const { json, string } = returned as { json?: string; string?: string };
      return (JSON.parse(json ?? string ?? "{}") as { results: { isError: boolean }[] }).results;
    });

test("7: no operation or nonsense makes an entity throw across its boundary", async () => {
  const world = await open();
  const id = await world.request();
  await world.advance({ minutes: 5 });
  const before = [await world.pair(), await world.promotion(id)];
  for (const entity of ["pair/shop", `promotion/${id}`, "pair/unheard", "promotion/unheard"])
    for (const operation of ["apply", "change", "read", "add", "nonsense", "delete-all"])
      for (const body of [undefined, null, ""])
        await world.app.call("POST", `entities/${entity}?op=${operation}`, body);
  await world.app.settle();
  expect(world.outcomeOf(id)).toBe("promoted");
  expect(entityResults().length).toBeGreaterThan(100);
  expect(entityResults().filter(({ isError }) => isError)).toEqual([]);
  expect([await world.pair(), await world.promotion(id)]).toEqual(before);
});

const begun = { requestId: "r-9", contentHash: "h", request: {}, origin: {}, at: 1 };
test.each([
  ["promotion", "r-9", "change", { kind: "begin", runId: "x", at: 1, registration: begun }],
  ["promotion", "r-9", "read", {}],
  ["pair", "shop", "apply", { kind: "register", requestId: "r-9", at: 1 }],
  ["operation", "nonce", "apply", { kind: "begun", address: {} }],
  ["audit", "pair-shop-0", "append", { n: 1, what: "held", who: "x", at: "", hash: "" }],
  ["index", "shop-0", "change", { kind: "add", requestId: "r-9", at: 1 }],
  ["schedule", "shop", "apply", { kind: "see", times: ["x"], at: 1 }],
])(
  "7: %s: state of a newer version stays unchanged, and an alert reports it",
  async (entity, key, operation, input) => {
    const { world, put, read } = await openWithHub();
    const newer = { v: 2, unheard: ["of"], entries: {} };
    put(`@${entity}@${key}`, newer);
    await world.app.call("POST", `entities/${entity}/${key}?op=${operation}`, input);
    await world.app.settle();
    expect(read(`@${entity}@${key}`)).toEqual(newer);
    const alerts = world.logged.filter((line) => line.includes("[alert newer-state]"));
    expect(alerts).toEqual([expect.stringContaining(`@${entity}@${key}: ${operation}`)]);
  },
);

test("7: a run that finds state of a newer version fails and resumes with that version", async () => {
  const { world, put, read } = await openWithHub();
  const id = await world.request();
  await world.advance({ seconds: 40 });
  const stored = read(`@pair@${world.key}`);
  put(`@pair@${world.key}`, { ...stored, v: 2 });
  await world.advance({ minutes: 2 });
  const run = await world.app.call("GET", `instances/promotion-${id}`);
  expect(run.body).toMatchObject({ runtimeStatus: "Failed" });
  expect(read(`@pair@${world.key}`)).toEqual({ ...stored, v: 2 });
  put(`@pair@${world.key}`, stored);
  await world.advance({ minutes: 15 });
  expect([world.outcomeOf(id), world.puts()]).toEqual(["promoted", 1]);
});

test("10: a dead holder keeps its lease until it is resumed; nobody else gets it", async () => {
  const world = await open();
  const first = await world.request();
  await world.advance({ seconds: 70 });
  const waiting = (await world.promotion(first)).waiting!.instanceId;
  const second = await world.request({ promote: "blue", reason: "back" });
  await world.app.call("POST", `instances/${waiting}/terminate?reason=died`);
  await world.advance({ seconds: 30 });
  expect((await world.pair()).lease?.holder).toBe(first);
  await world.advance({ minutes: 15 });
  expect([world.outcomeOf(first), world.outcomeOf(second)]).toEqual(["promoted", "unchanged"]);
  expect((await world.pair()).lease).toBeUndefined();
});

test("C: an absent run is started again; an absent promotion record concludes nothing", async () => {
  const world = await open();
  const id = await world.request();
  await world.advance({ seconds: 70 });
  const waiting = (await world.promotion(id)).waiting!.instanceId;
  for (const instance of [waiting, `promotion-${id}`])
    await world.app.call("POST", `instances/${instance}/terminate?reason=lost`);
  await world.app.settle();
  await world.app.call("DELETE", `instances/promotion-${id}`);
  expect((await world.app.call("GET", `instances/promotion-${id}`)).status).toBe(404);
  expect((await world.http("GET", "promotions/nobody")).status).toBe(404);
  await world.advance({ minutes: 15 });
  expect(world.outcomeOf(id)).toBe("promoted");
  expect(world.effects()).toBe(1);
});

test("D: a cancel after the outcome gets 409, although the event was accepted", async () => {
  const world = await open();
  const id = await world.request();
  await world.advance({ minutes: 5 });
  const { status, body } = await world.http("POST", `promotions/${id}/cancel`, {});
  expect({ status, body }).toMatchObject({ status: 409, body: { code: "already-concluded" } });
});

test("H: no instance of the product has a custom status", async () => {
  const world = await open();
  await world.request();
  await world.advance({ minutes: 5 });
  const { body } = await world.app.call("GET", "instances?top=500");
  // The extension sets a custom status on entities.
  const statuses = (body as { instanceId: string; customStatus: unknown }[])
    .filter(({ instanceId }) => !instanceId.startsWith("@"))
    .map(({ customStatus }) => customStatus);
  expect(statuses.length).toBeGreaterThan(2);
  expect(statuses.filter((status) => status !== null)).toEqual([]);
});

test.each(["a%2Fb", "a%3Fop%3Dx", "..%2F..%2Fadmin", "a%20b", "%C3%A4", "x".repeat(101), "a%26reason"])(
  "I: the id %s is refused before it reaches the durable client",
  async (id) => {
    const world = await open();
    expect((await world.http("GET", `promotions/${id}`)).status).toBe(404);
    expect((await world.http("POST", `promotions/${id}/cancel`, {})).status).toBe(404);
    const body = { requestId: decodeURIComponent(id), pair: "shop", promote: "green", reason: "test" };
    expect((await world.http("POST", "promotions", body)).status).toBe(400);
    await world.app.settle();
    expect(seen).toEqual([]);
  },
);

test("18: messages with numeric ids and bodies are answered with distinct text ids", async () => {
  const ports = createFakePorts();
  const app = await startMessageApp(createQueueHandler(() => ports, "swap-requests"));
  for (const [messageId, body, sequenceNumber] of [
    ["123", "12", 1],
    ["1e3", "true", 2],
    ["1000", "true", 3],
    ["order-1", '"quoted"', 4],
  ] as const)
    await app.deliver({ messageId, body, sequenceNumber });
  const events = ports.published.map((text) => JSON.parse(text));
  expect(events.map((event) => event.data.message.messageId)).toEqual(["123", "1000", "1000", "order-1"]);
  expect(new Set(events.map((event) => event.id)).size).toBe(4);
  expect(events.every((event) => event.data.reason.code === "malformed-request")).toBe(true);
  await app.deliver({
    messageId: "7",
    sequenceNumber: 5,
    body: JSON.stringify({ requestId: "1e3", pair: "shop", promote: "green", reason: "x", requestedBy: "y" }),
  });
  expect([...ports.record.keys()]).toEqual(["1e3"]);
  await app.stop();
});

/** Every order of a list. */
function orders<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length < 2) return [list];
  return list.flatMap((item, i) => orders(list.filter((_, at) => at !== i)).map((rest) => [item, ...rest]));
}

test("A: repeated signals in any order open no second attempt and lose no hold", () => {
  const at = 1;
  const apply = (state: PairState, operation: PairOperation) => applyToPair(state, operation).state;
  const requestId = "a";
  const start: readonly PairOperation[] = [
    { kind: "register", requestId, at },
    { kind: "enqueue", requestId, at, maxQueued: 9, whenBusy: "wait" },
    { kind: "acquire-lease", requestId, at },
  ];
  const held = start.reduce(apply, emptyPair);
  const claim = {
    kind: "claim",
    requestId,
    direction: "forward",
    n: 1,
    epoch: 1,
    planHash: "h",
    at,
  } as const;
  const signals: readonly PairOperation[] = [
    { ...claim, nonce: "first" },
    { ...claim, nonce: "second" },
    { kind: "report", requestId, nonce: "first", verdict: { kind: "unknown", detail: "" }, at },
    { kind: "close", requestId, nonce: "second", proof: { kind: "nothing-sent", detail: "" }, at },
    { kind: "hold", hold: { id: "h", at, reason: reason("foreign-state", "") } },
    { kind: "cancel", requestId, id: "c", by: "Olga", note: "", at },
  ];
  for (const order of orders(signals)) {
    let state = held;
    const granted = new Set<string>();
    for (const operation of order) {
      state = apply(apply(state, operation), operation);
      if (state.open) granted.add(state.open.nonce);
    }
    expect(granted.size).toBeLessThanOrEqual(order.indexOf(signals[3]!) > 0 ? 2 : 1);
    expect(state.open?.nonce).not.toBe("second");
    expect(state.holds.map(({ id }) => id)).toEqual(["h"]);
    if (granted.has("first")) expect(state.open?.nonce).toBe("first");
  }
});
