import { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT } from "jose";
import { startIssuer, type LocalIssuer } from "../../local/identity";
import { createTokenVerifier } from "../../src/adapters/token-verifier";
import { startScenario, type Scenario } from "../support/scenario";

/** Abuse of tokens and of the names and texts in them: rows 40 to 44 of the abuse cases. */
const approval = { quorum: 2, deadlineMs: 3_600_000, validForMs: 3_600_000 };
const id = "release-1";

let issuer: LocalIssuer;
let scenario: Scenario;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: "api://swap" });
  scenario = await startScenario({ policy: { approval }, verifier });
  const body = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  await call("POST", "promotions", { body, token: await issuer.token("requester") });
  await scenario.app.settle();
});
afterEach(() => scenario.stop());

async function call(method: string, path: string, { token, body }: { token?: string; body?: unknown } = {}) {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const reply = await scenario.raw(method, path, body, headers);
  return {
    ...{ status: reply.status, described: JSON.stringify(reply.body), body: reply.body as { code?: string } },
    challenge: reply.headers.get("www-authenticate"),
  };
}
const approvals = () => `promotions/${id}/approvals`;
async function ballot(over: Record<string, unknown> = {}) {
  const planHash = (await scenario.promotion(id)).gate?.planHash;
  return { decision: "approve", planHash, ...over };
}
const votes = async () => (await scenario.promotion(id)).gate?.votes.length;

/** The claims of an approver, signed with another key under this key id. */
async function forged(kid: string) {
  const { privateKey } = await generateKeyPair("RS256");
  const claims = decodeJwt(await issuer.token("approver"));
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
}

function unsigned(token: string): string {
  const header = Buffer.from('{"alg":"none"}').toString("base64url");
  return `${header}.${token.split(".")[1] ?? ""}.x`;
}

test("40. an ID token gets 401 with reason and remedy, and no vote", async () => {
  const body = await ballot();
  const tokens = [
    await issuer.idToken("approver"),
    await issuer.idToken("approver", { azp: "x", azpacr: "1" }),
  ];
  for (const token of tokens) {
    const reply = await call("POST", approvals(), { body, token });
    expect([reply.status, reply.body.code, await votes()]).toEqual([401, "unauthenticated", 0]);
    expect(reply.described).toMatch(/ID token.*scp.*idtyp.*app registration/);
    expect(reply.challenge).toMatch(/^Bearer error="invalid_token", error_description="[ !#-[\]-~]+"$/);
  }
});

test("41. a wrong token: 401 and the log say expected and sent, never the token", async () => {
  const other = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
  const sent: readonly [string, RegExp][] = [
    [await other.token("approver"), /its issuer is .*expected is/],
    [
      await issuer.token("approver", { aud: "api://other" }),
      /its audience is .*api:\/\/other.*expected is .*api:\/\/swap/,
    ],
    [await issuer.token("approver", { exp: 1 }), /it expired at 1970-01-01T00:00:01\.000Z, and now is/],
    [unsigned(await issuer.token("approver")), /it is signed with .*none.*expected is one of RS256/],
    [await forged("unknown"), /a key that the issuer does not publish/],
    [await forged(decodeProtectedHeader(await issuer.token("approver")).kid!), /not signed by the issuer/],
    ["abc", /not a signed JSON Web Token/],
  ];
  await other.stop();
  for (const [token, described] of sent) {
    const before = scenario.logged.length;
    const reply = await call("POST", approvals(), { body: await ballot(), token });
    expect([reply.status, reply.described, reply.challenge]).toEqual([
      401,
      expect.stringMatching(described),
      expect.stringMatching(/^Bearer error="invalid_token"/),
    ]);
    const lines = scenario.logged.slice(before).filter((line) => line.includes("without a valid token"));
    expect(lines).toEqual([expect.stringMatching(described)]);
    for (const part of token.split(".").filter(({ length }) => length > 8))
      expect([reply.described, reply.challenge, ...lines].join()).not.toContain(part);
  }
  expect(await call("POST", approvals(), { body: await ballot() })).toMatchObject({
    status: 401,
    challenge: "Bearer",
  });
  expect(await votes()).toBe(0);
});

test("42. a 3 KB name with control characters is cleaned wherever it appears", async () => {
  const name = `Olga\r\nwarn forged\u001b[31m\u202e\u200b${"x".repeat(3_000)}`;
  const hostile = { name };
  const requester = await issuer.token("requester", hostile);
  const operator = await issuer.token("operator", hostile);
  const approver = await issuer.token("approver", hostile);
  const replies = [
    await call("POST", approvals(), { body: await ballot({ comment: "checked" }), token: approver }),
    await call("PUT", "holds/shop", { body: { reason: "incident" }, token: operator }),
    await call("POST", "promotions", {
      body: { requestId: "x-9", pair: "shop", promote: "green", reason: "x" },
      token: requester,
    }),
    await call("GET", "pairs", { token: operator }),
    await call("GET", "promotions/x-9", { token: operator }),
    await call("DELETE", "holds/shop", { body: { note: "over" }, token: operator }),
    await call("POST", "promotions/x-9/cancel", { body: {}, token: requester }),
    await call("PUT", "holds/shop", { body: { reason: "incident" }, token: requester }),
  ];
  expect(replies.map(({ status }) => status)).toEqual([200, 200, 202, 200, 200, 200, 202, 403]);
  await scenario.advance({ minutes: 2 });
  const states = [await scenario.promotion(id), await scenario.promotion("x-9"), await scenario.pair()];
  const everything = JSON.stringify([replies, states, scenario.news, scenario.published, scenario.logged]);
  expect(everything).not.toMatch(/\\[rn]warn|\\u001b|\u202e|\u200b|x{60}/);
  expect(everything).toContain("Olga warn forged [31m\ufffd\ufffdx");
});

test.each(["reason", "requestedBy", "note", "comment"])(
  "43. direction overrides and invisible characters in a %s are refused, not shown",
  async (field) => {
    const text = "looked\u202e at \u200bit";
    const request = { requestId: "x-8", pair: "shop", promote: "green", reason: "x" };
    const asked: Record<string, () => ReturnType<typeof call>> = {
      reason: async () =>
        call("PUT", "holds/shop", { body: { reason: text }, token: await issuer.token("operator") }),
      requestedBy: async () =>
        call("POST", "promotions", {
          body: { ...request, requestedBy: text },
          token: await issuer.token("requester"),
        }),
      note: async () =>
        call("POST", `promotions/${id}/cancel`, {
          body: { note: text },
          token: await issuer.token("operator"),
        }),
      comment: async () =>
        call("POST", approvals(), {
          body: await ballot({ comment: text }),
          token: await issuer.token("approver"),
        }),
    };
    const reply = await asked[field]!();
    expect([reply.status, reply.described]).toEqual([
      400,
      expect.stringContaining("control or invisible characters"),
    ]);
    expect(reply.described).not.toMatch(/\u202e|\u200b/);
  },
);

test("44. views, lists, events and audit keep declared and verified names apart", async () => {
  const oid = "11111111-1111-4111-8111-111111111111";
  const body = {
    requestId: "x-7",
    pair: "shop",
    promote: "green",
    reason: "x",
    requestedBy: "Berta Approver",
  };
  const reply = await call("POST", "promotions", { body, token: await issuer.token("requester") });
  const application = await issuer.applicationToken(["Swap.Request"]);
  const robot = { requestId: "x-8", pair: "shop", promote: "green", reason: "x" };
  await call("POST", "promotions", { body: robot, token: application });
  await scenario.advance({ minutes: 2 });
  const rita = { kind: "person", name: "Rita Requester", oid };
  const asked = { ...rita, declaredName: "Berta Approver" };
  const bot = { kind: "application", name: "88888888-8888-4888-8888-888888888888", oid: expect.any(String) };
  const token = await issuer.token("reader");
  const list = (await call("GET", "promotions", { token })).body as {
    value: { id: string; requestedBy: object }[];
  };
  const shown = (await call("GET", "promotions/x-7", { token })).body as unknown as {
    approval: { toApprove: string };
  };
  expect(reply.body).toMatchObject({ requestedBy: asked });
  expect(Object.fromEntries(list.value.map((each) => [each.id, each.requestedBy]))).toEqual({
    ...{ [id]: rita, "x-7": asked, "x-8": bot },
  });
  expect(shown).toMatchObject({ requestedBy: asked, approval: { requestedBy: asked } });
  expect(shown.approval.toApprove).toContain(
    `asked by Rita Requester (person ${oid}), who declares "Berta Approver"`,
  );
  const news = scenario.news.filter(({ data }) => data.step === "approval-requested");
  const described = news.find(({ data }) => data.requestId === "x-7")?.data;
  expect([described?.approval?.requestedBy, described?.detail]).toEqual([
    asked,
    expect.stringContaining(`(person ${oid})`),
  ]);
  await call("POST", "promotions/x-7/cancel", { body: {}, token: await issuer.token("operator") });
  await scenario.advance({ minutes: 2 });
  expect(scenario.published.find(({ data }) => data.requestId === "x-7")?.data.requestedBy).toEqual(asked);
});
