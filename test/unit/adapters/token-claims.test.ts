import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import { createTokenVerifier } from "../../../src/adapters/token-verifier";

let server: Server;
let issuer: string;
let privateKey: CryptoKey;

beforeAll(async () => {
  const pair = await generateKeyPair("RS256", { extractable: true });
  privateKey = pair.privateKey;
  const jwk = { ...(await exportJWK(pair.publicKey)), kid: "k", alg: "RS256", use: "sig" };
  server = createServer((request, response) => {
    const discovery = request.url?.includes("openid-configuration");
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(discovery ? { issuer, jwks_uri: `${issuer}/keys` } : { keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function verify(claims: JWTPayload, at = Math.floor(Date.now() / 1000)) {
  const token = await new SignJWT(claims)
    .setProtectedHeader({ alg: "RS256", kid: "k" })
    .setIssuer(issuer)
    .setAudience("api://swap")
    .setNotBefore(at)
    .setExpirationTime(at + 600)
    .sign(privateKey);
  return createTokenVerifier({ issuer, audience: "api://swap" }).verify(`Bearer ${token}`);
}

// Entra ID: `scp` is in users' tokens only; `idtyp` comes only where it is configured as an optional claim.
test.each([
  ["idtyp app", { idtyp: "app" }, true],
  ["idtyp app, whatever else it holds", { idtyp: "app", scp: "access", name: "Robot" }, true],
  ["neither idtyp nor scp, as client credentials get it by default", {}, true],
  ["a name only, which an application may bear too", { name: "Robot" }, true],
  ["a scope and no idtyp, as people get it by default", { scp: "access_as_user" }, false],
  ["idtyp user", { idtyp: "user" }, false],
])("a token with %s", async (_name, claims, application) => {
  expect(await verify({ oid: "o", roles: ["Swap.Approve"], ...claims })).toMatchObject({
    caller: { application, permissions: ["Swap.Approve"] },
  });
});

test.each([[{}], [{ oid: "" }], [{ oid: 7 }], [{ oid: { $ne: null } }]])(
  "a token whose object id is none is rejected: %j",
  async (claims) => {
    expect(await verify(claims as JWTPayload)).toHaveProperty("rejected");
  },
);

test("odd names and roles give nothing away and grant nothing", async () => {
  const odd = { oid: "o", name: { first: "x" }, roles: "Swap.Operate", scp: "a" };
  expect(await verify(odd as unknown as JWTPayload)).toEqual({
    caller: { oid: "o", name: "o", application: false, permissions: [], roles: [] },
  });
  expect(await verify({ oid: "o", scp: "a", roles: ["swap.read", "Owner", 7, "Swap.Read"] })).toMatchObject({
    caller: { permissions: ["Swap.Read"] },
  });
});

test("a clock that is a minute off is tolerated, more is not", async () => {
  const now = Math.floor(Date.now() / 1000);
  expect(await verify({ oid: "o" }, now + 50)).toHaveProperty("caller");
  expect(await verify({ oid: "o" }, now + 90)).toHaveProperty("rejected");
  expect(await verify({ oid: "o" }, now - 650)).toHaveProperty("caller");
  expect(await verify({ oid: "o" }, now - 690)).toEqual({ rejected: "the token has expired" });
});
