import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { startIssuer, type LocalIssuer } from "../../../local/identity";

let directory: string;
const running: LocalIssuer[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "identity-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((issuer) => issuer.stop()));
  rmSync(directory, { recursive: true });
});

async function start(overrides: { host?: string; now?: () => number } = {}): Promise<LocalIssuer> {
  const options = { host: "127.0.0.1", port: 0, audience: "api://test", dataDirectory: directory };
  const issuer = await startIssuer({ ...options, ...overrides });
  running.push(issuer);
  return issuer;
}

async function keysOf({ issuer }: LocalIssuer): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const reply = await fetch(`${issuer}/.well-known/openid-configuration`);
  const discovered = (await reply.json()) as { issuer: string; jwks_uri: string };
  expect(discovered.issuer).toBe(issuer);
  return createRemoteJWKSet(new URL(discovered.jwks_uri));
}

test.each([
  ["requester", ["Swap.Read", "Swap.Request"]],
  ["approver", ["Swap.Read", "Swap.Approve"]],
  ["operator", ["Swap.Read", "Swap.Request", "Swap.Operate"]],
  ["reader", ["Swap.Read"]],
  ["outsider", []],
] as const)(
  "the token of %s verifies by discovery and carries exactly its permissions",
  async (person, roles) => {
    const issuer = await start();
    const expected = { issuer: issuer.issuer, audience: "api://test", algorithms: ["RS256"] };
    const { payload } = await jwtVerify(await issuer.token(person), await keysOf(issuer), expected);
    expect(payload["roles"] ?? []).toEqual(roles);
  },
);

test("tokens of people and applications, and ID tokens, have Entra ID's claims", async () => {
  const issuer = await start();
  const claims = await Promise.all(
    [issuer.token("reader"), issuer.applicationToken(["Swap.Request"]), issuer.idToken("reader")].map(
      async (token) => decodeJwt(await token),
    ),
  );
  expect(claims.map(({ ver, aud, iss }) => [ver, aud, iss === issuer.issuer])).toEqual(
    Array(3).fill(["2.0", "api://test", true]),
  );
  expect(claims.map(({ scp, idtyp, azp }) => [scp, idtyp, azp !== undefined])).toEqual([
    ["access_as_user", undefined, true],
    [undefined, "app", true],
    [undefined, undefined, false],
  ]);
  const [person, application, id] = claims.map(({ oid, sub, name }) => ({ isSelf: oid === sub, name }));
  expect([person, application, id]).toEqual([
    { isSelf: false, name: "Rob Reader" },
    { isSelf: true, name: undefined },
    { isSelf: false, name: "Rob Reader" },
  ]);
});

test("two issuers name their keys apart, as a key that was rolled over is", async () => {
  const tokens = [await (await start()).token("reader")];
  rmSync(join(directory, "signing-key.json"));
  tokens.push(await (await start()).token("reader"));
  expect(new Set(tokens.map((token) => decodeProtectedHeader(token).kid)).size).toBe(2);
});

test("a token of yesterday's process verifies with today's key", async () => {
  const first = await start();
  const token = await first.token("reader");
  const second = await start();
  await expect(jwtVerify(token, await keysOf(second))).resolves.toBeDefined();
});

test("only its owner can read the signing key, and no partial file is left beside it", async () => {
  await start();
  expect(readdirSync(directory)).toEqual(["signing-key.json"]);
  expect(statSync(join(directory, "signing-key.json")).mode & 0o077).toBe(0);
});

test("no private part of the key is published", async () => {
  const issuer = await start();
  const { keys } = (await (await fetch(`${issuer.issuer}/keys`)).json()) as { keys: object[] };
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([["alg", "e", "kid", "kty", "n", "use"]]);
});

test("a token lives for thirty days from the issuer's clock", async () => {
  const issuer = await start({ now: () => 1_800_000_000_000 });
  const { iat, nbf, exp } = decodeJwt(await issuer.token("reader"));
  expect([iat, nbf, exp]).toEqual([1_800_000_000, 1_800_000_000, 1_800_000_000 + 30 * 86_400]);
});

test.each(["0.0.0.0", "::", "192.0.2.1", "issuer.example.test"])("the host %s is refused", async (host) => {
  await expect(start({ host })).rejects.toThrow(/loopback/);
});
