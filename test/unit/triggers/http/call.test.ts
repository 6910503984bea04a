import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { createLog } from "../../../../src/adapters/console-log";
import type { Caller, Permission, TokenVerifier } from "../../../../src/ports/identity";
import type { Ports } from "../../../../src/ports/ports";
import { httpRoutes } from "../../../../src/triggers/http/routes";
import { createFakePorts } from "../../../support/fake-ports";
import { expectOneFormat } from "../../../support/times";

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

/** Ports whose log is kept as it would be written. */
function logging() {
  const logged: string[] = [];
  return { logged, ports: { ...createFakePorts(), log: createLog((_level, line) => logged.push(line)) } };
}

test("issuer keys that cannot be fetched are a passing fault: 503 without details", async () => {
  const verifier = { verify: () => Promise.reject(new Error("connect 10.0.0.1")) };
  const reply = await call(createFakePorts(), "listPairs", {}, verifier);
  expect([reply.status, reply.body.code, reply.headers["retry-after"]]).toEqual([
    503,
    "internal-error",
    "10",
  ]);
  expect(JSON.stringify(reply)).not.toContain("10.0.0.1");
});

test("a wrong issuer is answered 500 without Retry-After, and the log has the reason", async () => {
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
])("the header %s is challenged with %s, and leaves a line in the log", async (authorization, challenge) => {
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

test("a caller without the permission is refused before any effect, and it is named", async () => {
  const ports = createFakePorts();
  const body = JSON.stringify({ requestId: "r-1", pair: "shop", promote: "green", reason: "x" });
  const reply = await call(ports, "postPromotion", { body }, verifierOf(["Swap.Read"]));
  expect([reply.status, ports.effects]).toEqual([403, []]);
  expect(reply.body.detail).toContain("Swap.Request");
});

test.each(["a/b", "a?b", "a#b", "../..", "a%2fb", "", "x".repeat(101)])(
  "the id %p is answered 404 without a read",
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
