import { progressEventSchema } from "../../../../src/contracts/events";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import type { PairOperation } from "../../../../src/domain/pair/pair";
import type { Ports } from "../../../../src/ports/ports";
import { createFakePorts, type FakePorts } from "../../../support/fake-ports";
import { aPolicy, aRequest, SHOP } from "../../../support/observations";
import { call } from "../../../support/api-call";

async function registered(ports: FakePorts, requestId: string): Promise<void> {
  const at = ports.clock.now();
  const request = aRequest({ requestId });
  await ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(SHOP, { kind: "register", requestId, at });
}

const hold = { id: "halt-r-0", at: 1, reason: reason("operation-failed", "x") };

test("holds that another caller released are not reported as one's own release", async () => {
  const ports = createFakePorts();
  await ports.pairs.signal(SHOP, { kind: "hold", hold });
  const other = { kind: "release", id: "other", holdIds: [hold.id], by: "Bob", note: "x", at: 1 } as const;
  const signal = ports.pairs.signal.bind(ports.pairs);
  jest.spyOn(ports.pairs, "signal").mockImplementation(async (pair, operation) => {
    await signal(pair, other);
    await signal(pair, operation);
  });
  const reply = await call(ports, { route: "deleteHold", params: { pair: "shop" }, query: "note=looked" });
  expect([reply.status, reply.body.code]).toEqual([404, "no-hold"]);
  expect(ports.pairStates.get("shop")?.released?.by).toBe("Bob");
});

test("a stored release is answered 200 even when a queued promotion cannot be woken", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1");
  const line = { requestId: "r-1", at: 1, maxQueued: 20, whenBusy: "wait" } as const;
  await ports.pairs.signal(SHOP, { kind: "enqueue", ...line });
  await ports.pairs.signal(SHOP, { kind: "hold", hold });
  jest.spyOn(ports.promotions, "read").mockRejectedValue(new Error("storage"));
  const reply = await call(ports, { route: "deleteHold", params: { pair: "shop" }, query: "note=looked" });
  expect([reply.status, reply.body.released.by]).toEqual([200, "Ada"]);
});

const put = (ports: Ports, pair: string, body: object, by = "Ada") =>
  call(ports, { route: "putHold", params: { pair }, body, by });
const pairsOf = (body: unknown) =>
  (body as { pairs: { pair: string; state: string }[] }).pairs.map(({ pair, state }) => `${pair}: ${state}`);
const two = () => createFakePorts([aPolicy(), aPolicy({ name: "till" })]);

test("a hold of all pairs has one id, and the reply describes its effect at each pair", async () => {
  const ports = two();
  const reply = await put(ports, "all", { reason: "incident 7", id: "incident-7" });
  expect([reply.status, pairsOf(reply.body)]).toEqual([200, ["shop: held", "till: held"]]);
  expect(reply.body.pairs[0]).toMatchObject({
    effect: expect.stringContaining("nothing is under way"),
    holds: [{ id: "incident-7", by: "Ada", reason: { code: "on-hold", detail: "incident 7" } }],
  });
  expect([...ports.pairStates.values()].map(({ holds }) => holds.map(({ id }) => id))).toEqual([
    ["incident-7"],
    ["incident-7"],
  ]);
});

test("the same hold again is one hold, and sets it at a pair that was added meanwhile", async () => {
  const ports = createFakePorts();
  await put(ports, "all", { reason: "incident 7", id: "incident-7" });
  const more = { ...two(), pairStates: ports.pairStates, pairs: ports.pairs };
  const reply = await put(more, "all", { reason: "incident 7", id: "incident-7" });
  expect(pairsOf(reply.body)).toEqual(["shop: held", "till: held"]);
  expect(ports.pairStates.get("shop")?.holds.length).toBe(1);
});

test("a pair that refuses the hold makes the answer an error; the other pairs hold", async () => {
  const ports = two();
  for (const i of [1, 2, 3, 4]) await put(ports, "till", { reason: "x", id: `h-${i}` });
  const reply = await put(ports, "all", { reason: "incident", id: "h-5" });
  expect([reply.status, reply.body.code]).toEqual([409, "too-many-holds"]);
  expect(reply.body.detail).toContain("till");
  expect(pairsOf(reply.body)).toEqual(["shop: held", "till: too-many-holds"]);
});

test("a hold of all pairs is 503 if a coordinator is unreachable, and lists the rest", async () => {
  const ports = two();
  const signal = ports.pairs.signal.bind(ports.pairs);
  jest
    .spyOn(ports.pairs, "signal")
    .mockImplementation((pair, operation) =>
      pair === "till" ? Promise.reject(new Error("storage")) : signal(pair, operation),
    );
  const reply = await put(ports, "all", { reason: "incident", id: "h-1" });
  expect([reply.status, reply.body.code]).toEqual([503, "not-acknowledged"]);
  expect(pairsOf(reply.body)).toEqual(["shop: held", "till: not-acknowledged"]);
});

test("a hold that was released is not set again by its id, and says so", async () => {
  const ports = createFakePorts();
  await put(ports, "shop", { reason: "incident", id: "h-1" });
  const release = { route: "deleteHold", params: { pair: "shop" }, query: "note=over&id=h-1" };
  const released = await call(ports, release);
  expect(released.body.released.holds).toMatchObject([{ id: "h-1", by: "Ada" }]);
  const again = await put(ports, "shop", { reason: "incident", id: "h-1" });
  expect([again.status, again.body.code]).toEqual([409, "hold-released"]);
  expect((await call(ports, release)).body.code).toBe("no-hold");
});

test("releasing one hold leaves the others; releasing all pairs requires an id", async () => {
  const ports = two();
  await ports.pairs.signal(SHOP, { kind: "hold", hold });
  await put(ports, "all", { reason: "incident", id: "h-1" });
  const unnamed = await call(ports, { route: "deleteHold", params: { pair: "all" }, query: "note=over" });
  expect([unnamed.status, unnamed.body.code]).toEqual([400, "invalid-query"]);
  const reply = await call(ports, {
    route: "deleteHold",
    params: { pair: "all" },
    query: "note=over&id=h-1",
  });
  expect(reply.body.released).toMatchObject([{ pair: "shop" }, { pair: "till" }]);
  expect(ports.pairStates.get("shop")?.holds.map(({ id }) => id)).toEqual(["halt-r-0"]);
});

test("setting and releasing a hold publish one event each, with their own event ids", async () => {
  const ports = createFakePorts();
  await put(ports, "shop", { reason: "incident 7", id: "h-1" });
  await ports.pairs.signal(SHOP, { kind: "hold", hold: { ...hold, requestId: "r-0" } });
  await call(ports, { route: "deleteHold", params: { pair: "shop" }, query: "note=looked" });
  const news = ports.published.map((event) => progressEventSchema.parse(JSON.parse(event)));
  expect(news.map(({ subject, data }) => [subject, data.step, data.holdId, data.requestId])).toEqual([
    ["pairs/shop", "hold-set", "h-1", null],
    ["pairs/shop", "hold-released", "h-1", null],
    ["pairs/shop/promotions/r-0", "hold-released", "halt-r-0", "r-0"],
  ]);
  expect(news.map(({ data }) => data.detail)).toEqual([
    "by Ada: incident 7",
    "by Ada: looked",
    "by Ada: looked",
  ]);
  expect(new Set(news.map(({ id }) => id)).size).toBe(3);
});

test.each([
  {},
  { reason: " " },
  { reason: "x", id: "halt-r-1" },
  { reason: "x", id: "a/b" },
  { reason: "x", by: "me" },
])("a hold such as %j is refused before anything is done", async (body) => {
  const ports = createFakePorts();
  expect((await put(ports, "shop", body)).body.code).toBe("malformed-request");
  expect((await put(ports, "nowhere", body)).body.code).toBe("unknown-pair");
  expect(ports.effects).toEqual([]);
});

test("a hold describes its effect on what is under way", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1");
  await registered(ports, "r-2");
  const said = async () => (await put(ports, "shop", { reason: "x", id: "h-1" })).body.pairs[0].effect;
  for (const requestId of ["r-1", "r-2"])
    await ports.pairs.signal(SHOP, {
      kind: "enqueue",
      requestId,
      at: 1,
      maxQueued: 20,
      whenBusy: "wait",
    });
  await ports.pairs.signal(SHOP, { kind: "acquire-lease", requestId: "r-1", at: 1 });
  const claim = {
    kind: "claim",
    requestId: "r-1",
    direction: "forward",
    n: 1,
    nonce: "n",
    epoch: 1,
    planHash: "h",
    at: 1,
  };
  await ports.pairs.signal(SHOP, claim as PairOperation);
  expect(await said()).toBe(
    "the open attempt of r-1 is settled, and nothing new is claimed; 1 in the queue wait until it is released",
  );
  const proof = { kind: "done", detail: "" } as const;
  await ports.pairs.signal(SHOP, { kind: "close", requestId: "r-1", nonce: "n", proof, at: 1 });
  expect(await said()).toContain("r-1 has swapped and continues to its outcome");
});

/** A hold's reason is stored once. Answers, log and events show the stored one, never a refused one. */

test.each(["incident 8", "y", `${"x".repeat(400)}z`])(
  "a known hold id with the reason %.12s is 409, and neither logged nor announced",
  async (other) => {
    const ports = createFakePorts();
    const warned = jest.spyOn(ports.log, "warn");
    const first = other.length > 100 ? `${"x".repeat(400)}y` : "incident 7";
    await put(ports, "shop", { reason: first, id: "h-1" });
    const before = ports.pairStates.get("shop")?.holds;
    const reply = await put(ports, "shop", { reason: other, id: "h-1" }, "Bob");
    expect([reply.status, reply.body.code]).toEqual([409, "hold-differs"]);
    expect(reply.body.pairs).toMatchObject([
      { pair: "shop", state: "other-words", holds: [{ id: "h-1", by: "Ada" }] },
    ]);
    expect(ports.pairStates.get("shop")?.holds).toEqual(before);
    expect([ports.published.length, warned.mock.calls.length]).toEqual([1, 1]);
  },
);

test("the same reason again is answered 200 with the first hold, and announced once", async () => {
  const ports = createFakePorts();
  const warned = jest.spyOn(ports.log, "warn");
  await put(ports, "shop", { reason: "incident 7", id: "h-1" });
  const reply = await put(ports, "shop", { reason: "incident 7", id: "h-1" }, "Bob");
  expect([reply.status, pairsOf(reply.body)]).toEqual([200, ["shop: held"]]);
  expect(JSON.stringify(reply.body)).not.toContain("Bob");
  expect([ports.published.length, warned.mock.calls.length]).toEqual([1, 1]);
});
