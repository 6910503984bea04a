import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { reason } from "../../../src/domain/codes";
import type { Caller, Permission, TokenVerifier } from "../../../src/ports/identity";
import type { Ports } from "../../../src/ports/ports";
import { httpRoutes } from "../../../src/triggers/http/routes";
import { createFakePorts, type FakePorts } from "../../support/fake-ports";
import { aRequest } from "../../support/observations";

const all: readonly Permission[] = ["Swap.Read", "Swap.Request", "Swap.Operate"];
const verifierOf = (permissions: readonly Permission[]): TokenVerifier => ({
  verify: (authorization) => {
    const caller: Caller = { oid: "o-1", name: "Ada", application: false, permissions };
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
    params: asked.params ?? {},
    query: new URLSearchParams(asked.query),
    headers: new Headers(
      asked.headers ?? { authorization: "Bearer good", "content-type": "application/json" },
    ),
    text: () => Promise.resolve(asked.body ?? ""),
  } as unknown as HttpRequest;
  const context = { invocationId: "i-1", error: () => undefined } as unknown as InvocationContext;
  const reply: HttpResponseInit = await route.handler(request, context);
  return { status: reply.status, headers: reply.headers as Record<string, string>, body: parsed(reply) };
}

const parsed = (reply: HttpResponseInit) => JSON.parse((reply.body as string | undefined) ?? "{}");

async function enlisted(ports: FakePorts, requestId: string): Promise<void> {
  const at = ports.clock.now();
  const request = aRequest({ requestId });
  await ports.promotions.register({ requestId, contentHash: "h", request, origin: { channel: "queue" }, at });
  await ports.pairs.signal("shop", { kind: "enlist", requestId, at });
}

const hold = { id: "halt-r-0", at: 1, reason: reason("operation-failed", "x") };

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
  await ports.pairs.signal("shop", { kind: "hold", hold });
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

test("a release that stands is answered 200 even when a promotion in line cannot be woken", async () => {
  const ports = createFakePorts();
  await enlisted(ports, "r-1");
  const line = { requestId: "r-1", at: 1, maxQueued: 20, whenBusy: "wait" } as const;
  await ports.pairs.signal("shop", { kind: "stand-in-line", ...line });
  await ports.pairs.signal("shop", { kind: "hold", hold });
  jest.spyOn(ports.promotions, "read").mockRejectedValue(new Error("storage"));
  const reply = await call(ports, "deleteHold", { params: { pair: "shop" }, query: "note=looked" });
  expect([reply.status, reply.body.released.by]).toEqual([200, "Ada"]);
});

test("a filter that fits nothing reads a bounded part of the ledger per call, and next carries on", async () => {
  const ports = createFakePorts();
  for (let i = 0; i < 250; i++) {
    await enlisted(ports, `r-${i}`);
    await ports.pairs.signal("shop", { kind: "delist", requestId: `r-${i}` });
  }
  const read = jest.spyOn(ports.promotions, "read");
  const first = await call(ports, "listPromotions", { query: "outcome=halted" });
  expect([first.body.value, read.mock.calls.length]).toEqual([[], 200]);
  const second = await call(ports, "listPromotions", {
    query: String(first.body.next).replace(/^[^?]*\?/, ""),
  });
  expect([second.body.next, read.mock.calls.length]).toEqual([undefined, 250]);
});
