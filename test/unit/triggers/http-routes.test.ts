import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { createLog } from "../../../src/adapters/console-log";
import { progressEventSchema } from "../../../src/contracts/events";
import { reason } from "../../../src/domain/kernel/reason-codes";
import type { PairOperation } from "../../../src/domain/pair/pair";
import type { Caller, Permission, TokenVerifier } from "../../../src/ports/identity";
import type { Ports } from "../../../src/ports/ports";
import { httpRoutes } from "../../../src/triggers/http/routes";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aPolicy, aRequest, SHOP } from "../../support/observations";
import { expectOneFormat } from "../../support/times";

const all: readonly Permission[] = ["Swap.Read", "Swap.Request", "Swap.Operate"];
const verifierOf = (permissions: readonly Permission[]): TokenVerifier => ({
  verify: (authorization) => {
    const caller: Caller = { oid: "o-1", name: "Ada", application: false, permissions, roles: [] };
    return Promise.resolve(authorization === "Bearer good" ? { caller } : { rejected: "no bearer token" });
  },
});

interface Asked {
  readonly params?: Record<string, string>;
  readonly query?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function call(ports: Ports, name: string, asked: Asked = {}, verifier = verifierOf(all)) {
  const reading = {
    plan: () => Promise.reject(new Error("x")),
    describe: () => Promise.reject(new Error("x")),
  };
  const route = httpRoutes({ portsFor: () => ports, verifier }, reading).find((r) => r.name === name)!;
  const request = {
    url: "http://127.0.0.1/api",
    params: asked.params ?? {},
    query: new URLSearchParams(asked.query),
    headers: new Headers(
      asked.headers ?? { authorization: "Bearer good", "content-type": "application/json" },
    ),
    arrayBuffer: () => Promise.resolve(Buffer.from(asked.body ?? "")),
  } as unknown as HttpRequest;
  const context = { invocationId: "i-1", error: () => undefined } as unknown as InvocationContext;
  const reply: HttpResponseInit = await route.handler(request, context);
  return { status: reply.status, headers: reply.headers as Record<string, string>, body: parsed(reply) };
}

function parsed(reply: HttpResponseInit) {
  const body = JSON.parse((reply.body as string | undefined) ?? "{}");
  expectOneFormat(body, "api");
  return body;
}

async function registered(ports: FakePorts, requestId: string): Promise<void> {
  const at = ports.clock.now();
  const request = aRequest({ requestId });
  await ports.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal(SHOP, { kind: "register", requestId, at });
}

const hold = { id: "halt-r-0", at: 1, reason: reason("operation-failed", "x") };

/** Ports whose log is kept as it would be written. */
function logging() {
  const logged: string[] = [];
  return { logged, ports: { ...createFakePorts(), log: createLog((_level, line) => logged.push(line)) } };
}

test("an issuer whose keys cannot be fetched is a passing fault: 503, and nothing of it leaks", async () => {
  const verifier = { verify: () => Promise.reject(new Error("connect 10.0.0.1")) };
  const reply = await call(createFakePorts(), "listPairs", {}, verifier);
  expect([reply.status, reply.body.code, reply.headers["retry-after"]]).toEqual([
    503,
    "internal-error",
    "10",
  ]);
  expect(JSON.stringify(reply)).not.toContain("10.0.0.1");
});

test("an issuer that is wrong for good is no reason to try again: 500, told in the log with its reason", async () => {
  const { ports, logged } = logging();
  const verifier = { verify: () => Promise.resolve({ misconfigured: "names another issuer" }) };
  const reply = await call(ports, "listPairs", {}, verifier);
  expect([reply.status, reply.body.code, reply.headers["retry-after"]]).toEqual([
    500,
    "internal-error",
    undefined,
  ]);
  expect(reply.body.detail).toContain("TOKEN_ISSUER");
  expect(JSON.stringify(reply)).not.toContain("names another issuer");
  expect(logged.join()).toContain("names another issuer");
});

test("an issuer that is away for a while says for how long", async () => {
  const verifier = { verify: () => Promise.resolve({ unavailable: "no reply", retryMs: 4_200 }) };
  const reply = await call(createFakePorts(), "listPairs", {}, verifier);
  expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "5"]);
});

test.each([
  [undefined, "Bearer"],
  ["Basic abc", "Bearer"],
  ["Bearer abc", `Bearer error="invalid_token", error_description="it is 'x', not ?"`],
  ["bearer abc", `Bearer error="invalid_token", error_description="it is 'x', not ?"`],
  ["Bearer", `Bearer error="invalid_token", error_description="it is 'x', not ?"`],
])("whoever sent %s is challenged by %s, and leaves a line in the log", async (authorization, challenge) => {
  const { ports, logged } = logging();
  const verifier = { verify: () => Promise.resolve({ rejected: 'it is "x", not é' }) };
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  const reply = await call(ports, "getPair", { headers }, verifier);
  expect([reply.status, reply.headers["www-authenticate"]]).toEqual([401, challenge]);
  expect(reply.body.detail).toBe('it is "x", not é');
  expect(logged.filter((line) => line.includes("without a valid token was refused"))).toHaveLength(1);
});

test("forged App Service headers and function keys decide nothing", async () => {
  const headers = {
    "x-ms-client-principal": "e30=",
    "x-ms-client-principal-id": "o-1",
    "x-functions-key": "k",
  };
  const reply = await call(createFakePorts(), "listPairs", { headers });
  expect([reply.status, reply.headers["www-authenticate"]]).toEqual([401, "Bearer"]);
});

test("a caller without the permission is told which one, before anything is done", async () => {
  const ports = createFakePorts();
  const body = JSON.stringify({ requestId: "r-1", pair: "shop", promote: "green", reason: "x" });
  const reply = await call(ports, "postPromotion", { body }, verifierOf(["Swap.Read"]));
  expect([reply.status, ports.effects]).toEqual([403, []]);
  expect(reply.body.detail).toContain("Swap.Request");
});

test.each(["a/b", "a?b", "a#b", "..", "a%2fb", "", "x".repeat(101)])(
  "the id %p is answered 404 and asked of nobody",
  async (id) => {
    const ports = createFakePorts();
    const read = jest.spyOn(ports.promotions, "read");
    const replies = [
      await call(ports, "getPromotion", { params: { id } }),
      await call(ports, "cancelPromotion", { params: { id } }),
    ];
    expect(replies.map((reply) => reply.status)).toEqual([404, 404]);
    expect(read).not.toHaveBeenCalled();
  },
);

test("the limit of a body counts bytes, not characters", async () => {
  const body = JSON.stringify({ reason: "é".repeat(40_000) });
  expect((await call(createFakePorts(), "postPromotion", { body })).status).toBe(413);
});

test("holds that somebody else released meanwhile are not claimed as one's own release", async () => {
  const ports = createFakePorts();
  await ports.pairs.signal(SHOP, { kind: "hold", hold });
  const other = { kind: "release", id: "other", holdIds: [hold.id], by: "Bob", note: "x", at: 1 } as const;
  const signal = ports.pairs.signal.bind(ports.pairs);
  jest.spyOn(ports.pairs, "signal").mockImplementation(async (pair, operation) => {
    await signal(pair, other);
    await signal(pair, operation);
  });
  const reply = await call(ports, "deleteHold", { params: { pair: "shop" }, query: "note=looked" });
  expect([reply.status, reply.body.code]).toEqual([404, "no-hold"]);
  expect(ports.pairStates.get("shop")?.released?.by).toBe("Bob");
});

test("a release that stands is answered 200 even when a promotion in the queue cannot be woken", async () => {
  const ports = createFakePorts();
  await registered(ports, "r-1");
  const line = { requestId: "r-1", at: 1, maxQueued: 20, whenBusy: "wait" } as const;
  await ports.pairs.signal(SHOP, { kind: "enqueue", ...line });
  await ports.pairs.signal(SHOP, { kind: "hold", hold });
  jest.spyOn(ports.promotions, "read").mockRejectedValue(new Error("storage"));
  const reply = await call(ports, "deleteHold", { params: { pair: "shop" }, query: "note=looked" });
  expect([reply.status, reply.body.released.by]).toEqual([200, "Ada"]);
});

const put = (ports: Ports, pair: string, body: object) =>
  call(ports, "putHold", { params: { pair }, body: JSON.stringify(body) });
const pairsOf = (body: unknown) =>
  (body as { pairs: { pair: string; state: string }[] }).pairs.map(({ pair, state }) => `${pair}: ${state}`);
const two = () => createFakePorts([aPolicy(), aPolicy({ name: "till" })]);

test("a hold of all pairs is set at each under one id, and the reply names every pair and what it means there", async () => {
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

test("a pair that does not take the hold makes the answer an error that names it; the others hold", async () => {
  const ports = two();
  for (const i of [1, 2, 3, 4]) await put(ports, "till", { reason: "x", id: `h-${i}` });
  const reply = await put(ports, "all", { reason: "incident", id: "h-5" });
  expect([reply.status, reply.body.code]).toEqual([409, "too-many-holds"]);
  expect(reply.body.detail).toContain("till");
  expect(pairsOf(reply.body)).toEqual(["shop: held", "till: too-many-holds"]);
});

test("a pair coordinator that cannot be reached makes a hold of all pairs 503, and does not hide the pairs that hold", async () => {
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
  const release = { params: { pair: "shop" }, query: "note=over&id=h-1" };
  const released = await call(ports, "deleteHold", release);
  expect(released.body.released.holds).toMatchObject([{ id: "h-1", by: "Ada" }]);
  const again = await put(ports, "shop", { reason: "incident", id: "h-1" });
  expect([again.status, again.body.code]).toEqual([409, "hold-released"]);
  expect((await call(ports, "deleteHold", release)).body.code).toBe("no-hold");
});

test("a release of one hold leaves the others; of all pairs at once only a named one is released", async () => {
  const ports = two();
  await ports.pairs.signal(SHOP, { kind: "hold", hold });
  await put(ports, "all", { reason: "incident", id: "h-1" });
  const unnamed = await call(ports, "deleteHold", { params: { pair: "all" }, query: "note=over" });
  expect([unnamed.status, unnamed.body.code]).toEqual([400, "invalid-query"]);
  const reply = await call(ports, "deleteHold", { params: { pair: "all" }, query: "note=over&id=h-1" });
  expect(reply.body.released).toMatchObject([{ pair: "shop" }, { pair: "till" }]);
  expect(ports.pairStates.get("shop")?.holds.map(({ id }) => id)).toEqual(["halt-r-0"]);
});

test("who set a hold and who released it is told to everybody who listens, under one event id each", async () => {
  const ports = createFakePorts();
  await put(ports, "shop", { reason: "incident 7", id: "h-1" });
  await ports.pairs.signal(SHOP, { kind: "hold", hold: { ...hold, requestId: "r-0" } });
  await call(ports, "deleteHold", { params: { pair: "shop" }, query: "note=looked" });
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

test("what a hold means for what is under way is told", async () => {
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
