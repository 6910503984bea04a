import { SignJWT, exportJWK, generateKeyPair } from "jose";
import { createTokenVerifier } from "../../src/adapters/token-verifier";
import { startIssuer, type LocalIssuer } from "../../local/identity";
import { startScenario, type Scenario } from "../support/scenario";

/**
 * The abuse cases, row by row, over the real HTTP API with the real token verifier and a local issuer. Each title
 * states the required result.
 */
const approval = { quorum: 2, deadlineMs: 3_600_000, validForMs: 3_600_000 };
const planOther = "0".repeat(64);

let issuer: LocalIssuer;
let scenario: Scenario;
let id: string;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: "api://swap" });
  scenario = await startScenario({ policy: { approval }, verifier });
  id = "release-1";
  const body = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  expect((await call("POST", "promotions", { body, token: await issuer.token("requester") })).status).toBe(
    202,
  );
  await scenario.app.settle();
});
afterEach(() => scenario.stop());

interface Asked {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
async function call(method: string, path: string, { token, body, headers = {} }: Asked = {}) {
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const reply = await scenario.raw(method, path, body, { ...authorization, ...headers });
  return {
    ...{ status: reply.status, described: JSON.stringify(reply.body), body: reply.body as { code?: string } },
    retryAfter: reply.headers.get("retry-after"),
  };
}
const approvals = () => `promotions/${id}/approvals`;
async function ballot(over: Record<string, unknown> = {}) {
  const planHash = (await scenario.promotion(id)).gate?.planHash;
  return { decision: "approve", planHash, ...over };
}
const votes = async () => (await scenario.promotion(id)).gate?.votes.length;

/** A token in this issuer's format, signed with another key. */
async function forged(over: { alg?: string; audience?: string; expires?: string } = {}) {
  const claims = {
    oid: "22222222-2222-4222-8222-222222222222",
    name: "Aron",
    roles: ["Swap.Approve"],
    idtyp: "user",
  };
  if (over.alg === "none") {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "none" })}.${part({ ...claims, iss: issuer.issuer, aud: "api://swap", exp: 9_999_999_999 })}.x`;
  }
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  expect((await exportJWK(publicKey)).kty).toBe("RSA");
  return new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "local" })
    .setIssuer(issuer.issuer)
    .setAudience(over.audience ?? "api://swap")
    .setExpirationTime(over.expires ?? "1h")
    .sign(privateKey);
}

test("1. no token, an expired token or only a function key: 401, and no vote", async () => {
  const past = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap", now: () => 0 });
  const expired = await past.token("approver");
  await past.stop();
  const body = await ballot();
  const replies = [
    await call("POST", approvals(), { body }),
    await call("POST", approvals(), { body, token: expired }),
    await call("POST", approvals(), { body, headers: { "x-functions-key": "key" } }),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([401, 401, 401]);
  expect(await votes()).toBe(0);
});

test("2. a user who is not, or no longer, an approver: 403, a log line, and no vote", async () => {
  const revoked = await issuer.token("approver", { roles: ["Swap.Read"] });
  for (const token of [await issuer.token("reader"), revoked]) {
    const reply = await call("POST", approvals(), { body: await ballot(), token });
    expect([reply.status, reply.body.code, await votes()]).toEqual([403, "forbidden", 0]);
  }
  const described = scenario.logged.filter((line) =>
    line.includes("a caller without the permission was refused"),
  );
  expect(described).toHaveLength(2);
  expect(described[0]).toMatch(
    /^warn .*POST \/api\/promotions\/release-1\/approvals by [0-9a-f-]{36}: .*Swap\.Approve/,
  );
});

test("3. the requester cannot approve, even under another name or as an application", async () => {
  const roles = ["Swap.Read", "Swap.Request", "Swap.Approve"];
  const tokens = [
    await issuer.token("requester", { roles }),
    await issuer.token("requester", {
      roles,
      name: "Somebody Else",
      preferred_username: "other@example.test",
    }),
    await issuer.token("approver", { idtyp: "app" }),
  ];
  for (const token of tokens) {
    const reply = await call("POST", approvals(), { body: await ballot(), token });
    expect([reply.status, reply.body.code, await votes()]).toEqual([403, "not-an-approver", 0]);
  }
});

test("4. one vote sent fifty times in parallel counts once; every other reply is 409", async () => {
  const [body, token] = [await ballot(), await issuer.token("approver")];
  const replies = await Promise.all(
    Array.from({ length: 50 }, () => call("POST", approvals(), { body, token })),
  );
  const statuses = replies.map((reply) => reply.status);
  expect([statuses.filter((s) => s === 200).length, new Set(statuses).size, await votes()]).toEqual([
    1, 2, 1,
  ]);
  expect(statuses).toContain(409);
});

test("5. a forged signature, alg none, another audience or plan: refused, no event", async () => {
  const body = await ballot();
  const replies = [
    await call("POST", approvals(), { body, token: await forged() }),
    await call("POST", approvals(), { body, token: await forged({ alg: "none" }) }),
    await call("POST", approvals(), { body, token: await forged({ audience: "api://other" }) }),
    await call("POST", approvals(), {
      body: await ballot({ planHash: planOther }),
      token: await issuer.token("approver"),
    }),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([401, 401, 401, 409]);
  expect([await votes(), scenario.published]).toEqual([0, []]);
});

test("6. GET and HEAD of the approvals route change nothing", async () => {
  const before = await scenario.promotion(id);
  const token = await issuer.token("approver");
  const replies = [await call("GET", approvals(), { token }), await call("HEAD", approvals(), { token })];
  expect(replies.every(({ status }) => status === 404 || status === 405)).toBe(true);
  expect(await scenario.promotion(id)).toEqual(before);
});

test("7. a forged X-MS-CLIENT-PRINCIPAL: 401", async () => {
  const headers = {
    "x-ms-client-principal": "e30=",
    "x-ms-client-principal-id": "22222222-2222-4222-8222-222222222222",
  };
  expect((await call("POST", approvals(), { body: await ballot(), headers })).status).toBe(401);
});

test.each(["a%2Fb", "a%3Fb", "a%23b", "%2e%2e", "a%252fb"])(
  "8. the id %s: 404, and nothing is forwarded",
  async (bad) => {
    const token = await issuer.token("approver");
    const reply = await call("POST", `promotions/${bad}/approvals`, { body: await ballot(), token });
    expect([reply.status, await votes()]).toEqual([404, 0]);
  },
);

test("9. a request that names a service or an unknown pair causes no ARM call", async () => {
  const token = await issuer.token("requester");
  const before = scenario.arm.journal.entries.length;
  const request = { requestId: "x-1", promote: "green", reason: "x" };
  const foreign = "/subscriptions/00000000-0000-4000-8000-00000000000f/resourceGroups/x/providers/y";
  const replies = [
    await call("POST", "promotions", { body: { ...request, pair: "other" }, token }),
    await call("POST", "promotions", { body: { ...request, pair: foreign }, token }),
    await call("POST", "promotions", { body: { ...request, pair: "shop", blue: foreign }, token }),
  ];
  expect(replies.map((reply) => reply.status)).toEqual([404, 400, 400]);
  expect(scenario.arm.journal.entries.length).toBe(before);
});

test.each([null, "shop-other"])(
  "10. a service that swaps with %s instead of its partner: refused, no PUT",
  async (swappable) => {
    scenario.arm.service("shop-green")!.swappable = swappable ?? undefined;
    const body = { requestId: "x-3", pair: "shop", promote: "green", reason: "x" };
    await call("POST", "promotions", { body, token: await issuer.token("requester") });
    await scenario.advance({ minutes: 1 });
    const { conclusion } = await scenario.promotion("x-3");
    expect([conclusion?.outcome, conclusion?.reason.code, scenario.puts()]).toEqual([
      "refused",
      swappable === null ? "not-swappable" : "not-mutual",
      0,
    ]);
  },
);

test("13. control characters in a reason are refused and reach no log line", async () => {
  const token = await issuer.token("requester");
  const body = { requestId: "x-2", pair: "shop", promote: "green", reason: "a\r\nb\u001b[31m" };
  expect((await call("POST", "promotions", { body, token })).status).toBe(400);
  // eslint-disable-next-line no-control-regex
  expect(scenario.logged.some((line) => /[\u0000-\u001f]/.test(line))).toBe(false);
});

test("14. a token and a secret reach no reply, log, event or promotion record", async () => {
  const token = await issuer.token("approver");
  const sas = "SharedAccessKey=canary-canary";
  const reply = await call("POST", approvals(), { body: { ...(await ballot()), password: sas }, token });
  await call("POST", approvals(), { body: await ballot({ comment: "checked" }), token });
  const everything = [reply.described, ...scenario.logged, JSON.stringify(await scenario.promotion(id))].join(
    "\n",
  );
  expect(reply.status).toBe(400);
  expect(everything).not.toContain("canary-canary");
  expect(everything).not.toContain(token);
});

test("15. a flood of guessed votes gets 429 with Retry-After; others still vote", async () => {
  const [token, guess] = [await issuer.token("approver"), await ballot({ planHash: planOther })];
  const began = scenario.clock.now();
  const flood = await Promise.all(
    Array.from({ length: 80 }, () => call("POST", approvals(), { body: guess, token })),
  );
  const passed = flood.filter(({ body }) => body.code === "plan-changed").length;
  const refused = flood.filter(({ status, body }) => status === 429 && body.code === "too-many-calls");
  // The promotion record keeps only the last few receipts, so a flood can drop one before it is read.
  const unseen = flood.filter(
    ({ status, body }) => status === 503 && body.code === "not-acknowledged",
  ).length;
  const elapsed = Math.floor((scenario.clock.now() - began) / 1000);
  expect(passed + unseen).toBeGreaterThanOrEqual(60);
  expect(passed + unseen).toBeLessThanOrEqual(60 + elapsed);
  expect(passed + unseen + refused.length).toBe(80);
  expect(await votes()).toBe(0);
  expect(refused.filter(({ retryAfter }) => retryAfter !== "1")).toEqual([]);
  const other = await issuer.token("approver", { oid: "33333333-3333-4333-8333-333333333333" });
  expect((await call("POST", approvals(), { body: await ballot(), token: other })).status).toBe(200);
  await scenario.advance({ seconds: 1 });
  expect((await call("POST", approvals(), { body: await ballot(), token })).status).toBe(200);
}, 60_000);

test("16. a concluded request that is sent again gets its stored result, no second run", async () => {
  const token = await issuer.token("requester");
  await call("POST", approvals(), {
    body: await ballot({ decision: "reject" }),
    token: await issuer.token("approver"),
  });
  await scenario.advance({ minutes: 1 });
  const body = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  const again = await call("POST", "promotions", { body, token });
  expect([again.status, scenario.puts()]).toEqual([200, 0]);
  expect(again.described).toContain('"outcome":"rejected"');
});
