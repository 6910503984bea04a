import { createTokenVerifier } from "../../../src/adapters/token-verifier";
import { discovery, startFakeIssuer, type FakeIssuer, type IssuerAnswer } from "../../support/fake-issuer";
import type { TokenVerifier } from "../../../src/ports/identity";

let issuer: FakeIssuer;
let verifier: TokenVerifier;
beforeEach(async () => {
  issuer = await startFakeIssuer();
  verifier = createTokenVerifier({ issuer: issuer.issuer, audience: "the-api", clock: issuer.clock });
});
afterEach(() => issuer.stop());

const verify = async (kid = "first", claims = {}) =>
  verifier.verify(`Bearer ${await issuer.token(kid, claims)}`);
const known = { caller: expect.objectContaining({ name: "Rita" }) };
const unpublished = { rejected: "the token is signed with a key that the issuer does not publish" };
const fetches = () => issuer.asked.filter((path) => path === "/keys").length;

const wrongs: [string, string, IssuerAnswer, RegExp][] = [
  ["no such issuer", discovery, { status: 404, body: "{}" }, /answers 404/],
  ["a document that is no JSON", discovery, { body: "<html>" }, /not answer a JSON object/],
  ["a document that is no object", discovery, { body: "7" }, /not answer a JSON object/],
  ["a redirect", discovery, { status: 302, body: "" }, /answers 302/],
  [
    "another issuer",
    discovery,
    { body: '{"issuer":"https://x/{tenantid}/v2.0"}' },
    /names the issuer "https:\/\/x.*TOKEN_ISSUER is "http:/,
  ],
  ["keys that are none", "/keys", { body: "{}" }, /not a JSON Web Key Set/],
  ["keys that are not there", "/keys", { status: 403, body: "" }, /keys answers 403/],
];

test.each(wrongs)(
  "%s: misconfigured, with the reason, and requested once a minute",
  async (_what, path, answer, described) => {
    issuer.answers.set(path, answer);
    for (let i = 0; i < 20; i++)
      expect(await verify()).toEqual({ misconfigured: expect.stringMatching(described) });
    const asked = issuer.asked.length;
    expect(asked).toBeLessThanOrEqual(2);
    issuer.clock.ms += 59_000;
    await verify();
    expect(issuer.asked).toHaveLength(asked);
    issuer.answers.clear();
    issuer.clock.ms += 2_000;
    expect(await verify()).toMatchObject(known);
  },
);

test("a document that names no address of keys, or one without TLS, is wrong", async () => {
  for (const jwks_uri of [undefined, "keys", "ftp://127.0.0.1/keys"]) {
    issuer.answers.set(discovery, { body: JSON.stringify({ issuer: issuer.issuer, jwks_uri }) });
    expect(await verify()).toEqual({ misconfigured: expect.stringContaining("no https address for keys") });
    issuer.clock.ms += 60_000;
  }
});

test.each<[string, string, IssuerAnswer]>([
  ["no answer", discovery, undefined],
  ["500", discovery, { status: 500, body: "" }],
  ["429", discovery, { status: 429, body: "" }],
  ["no answer of the keys", "/keys", undefined],
])(
  "%s: a passing fault, asked again after ten seconds, and not by every call",
  async (_what, path, answer) => {
    issuer.answers.set(path, answer);
    const all = await Promise.all(Array.from({ length: 20 }, () => verify()));
    expect(all.every((each) => "unavailable" in each && each.retryMs === 10_000)).toBe(true);
    const asked = issuer.asked.length;
    expect(asked).toBeLessThanOrEqual(2);
    issuer.clock.ms += 4_000;
    expect(await verify()).toMatchObject({ unavailable: expect.any(String), retryMs: 6_000 });
    expect(issuer.asked).toHaveLength(asked);
    issuer.answers.clear();
    issuer.clock.ms += 6_000;
    expect(await verify()).toMatchObject(known);
  },
);

test("keys are kept for ten minutes, however many calls come at once", async () => {
  await Promise.all(Array.from({ length: 20 }, () => verify()));
  issuer.clock.ms += 599_000;
  await verify();
  expect(fetches()).toBe(1);
  issuer.clock.ms += 1_000;
  await verify();
  expect(fetches()).toBe(2);
});

test("a key rolled over just after the last fetch is fetched before a token is refused", async () => {
  expect(await verify()).toMatchObject(known);
  await issuer.roll("second");
  issuer.clock.ms += 1;
  expect(await verify("second")).toMatchObject(known);
  await issuer.roll("third");
  expect(await verify("third")).toMatchObject(known);
});

test("random keys cost three fetches at once, then one in 30 s; each finds new keys", async () => {
  expect(await verify()).toMatchObject(known);
  for (let i = 0; i < 50; i++) await issuer.roll(`guess-${i}`, { unpublished: true });
  const guesses = [];
  for (let i = 0; i < 50; i++) guesses.push(await verify(`guess-${i}`));
  expect(fetches()).toBe(1 + 3);
  expect(guesses.slice(0, 3)).toEqual([unpublished, unpublished, unpublished]);
  expect(guesses[40]).toMatchObject({ unavailable: expect.any(String), retryMs: 30_000 });
  await issuer.roll("second");
  expect(await verify("second")).toMatchObject({ retryMs: 30_000 });
  issuer.clock.ms += 30_000;
  expect(await verify("guess-9")).toEqual(unpublished);
  expect(await verify("second")).toMatchObject(known);
  expect(fetches()).toBe(1 + 3 + 1);
});

test("a failed fetch for a new key is a passing fault, and the next fetch finds it", async () => {
  expect(await verify()).toMatchObject(known);
  await issuer.roll("second");
  issuer.answers.set("/keys", undefined);
  expect(await verify("second")).toMatchObject({ unavailable: expect.any(String), retryMs: 10_000 });
  expect(await verify("second")).toMatchObject({ unavailable: expect.any(String) });
  issuer.answers.clear();
  issuer.clock.ms += 10_000;
  expect(await verify("second")).toMatchObject(known);
});

test("a token with an unpublished key costs one fetch in 30 s and is always refused", async () => {
  await issuer.roll("mine", { unpublished: true });
  for (let i = 0; i < 10; i++) expect(await verify("mine")).toEqual(unpublished);
  expect(fetches()).toBe(2);
  issuer.clock.ms += 30_000;
  expect(await verify("mine")).toEqual(unpublished);
  expect(fetches()).toBe(3);
});

test("a token that cannot pass anyway costs no request to the issuer", async () => {
  const tokens = [
    undefined,
    "Basic abc",
    "Bearer",
    "Bearer abc",
    "Bearer a.b.c",
    `Bearer ${await issuer.token("first", { aud: "x" })}`,
  ];
  for (const token of tokens) expect(await verifier.verify(token)).toHaveProperty("rejected");
  expect(issuer.asked).toEqual([]);
});
