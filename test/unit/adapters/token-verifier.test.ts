import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createLog } from "../../../src/adapters/console-log";
import { createTokenVerifier } from "../../../src/adapters/token-verifier";
import { startIssuer, type LocalIssuer } from "../../../local/identity";

let issuer: LocalIssuer;
let other: LocalIssuer;
beforeAll(async () => {
  issuer = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
  other = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap" });
});
afterAll(async () => {
  await issuer.stop();
  await other.stop();
});

async function verify(authorization: string | undefined, audience = "api://swap") {
  return createTokenVerifier({ issuer: issuer.issuer, audience }).verify(authorization);
}

test("a good token says who calls and what they may do", async () => {
  const verified = await verify(`Bearer ${await issuer.token("operator")}`);
  expect(verified).toMatchObject({
    caller: { name: "Olga Operator", permissions: ["Swap.Read", "Swap.Request", "Swap.Operate"] },
  });
});

test("tokens without a signature, of another issuer, for another audience, expired or altered are rejected", async () => {
  const token = await issuer.token("reader");
  const [header, payload = "", signature] = token.split(".");
  const none = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.`;
  const more = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), roles: ["Swap.Operate"] }),
  ).toString("base64url");
  const old = await startIssuer({ host: "127.0.0.1", port: 0, audience: "api://swap", now: () => 0 });
  const expired = await createTokenVerifier({ issuer: old.issuer, audience: "api://swap" }).verify(
    `Bearer ${await old.token("reader")}`,
  );
  await old.stop();
  expect(expired).toEqual({ rejected: "the token has expired" });
  const rejected = await Promise.all([
    verify(undefined),
    verify("Basic abc"),
    verify(`Bearer ${none}`),
    verify(`Bearer ${await other.token("operator")}`),
    verify(`Bearer ${token}`, "api://else"),
    verify(`Bearer ${String(header)}.${more}.${String(signature)}`),
  ]);
  for (const each of rejected) {
    expect(each).toHaveProperty("rejected");
    expect(JSON.stringify(each)).not.toContain("eyJ");
  }
});

test("an issuer that cannot be reached is a fault, not a rejection", async () => {
  const verifier = createTokenVerifier({ issuer: "http://127.0.0.1:1", audience: "a" });
  await expect(verifier.verify("Bearer a.b.c")).rejects.toThrow("keys cannot be fetched");
});

test("a log line has no control characters and nothing that looks like a credential", () => {
  const lines: string[] = [];
  const log = createLog((_level, line) => lines.push(line));
  log.alert("halted", "line\r\nbreak \u001b[31m", {
    detail: "SharedAccessKey=abc123; Bearer eyJhbGciOi.eyJzdWIi.sig https://x/op?t=1&sig=topsecret",
  });
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/\p{Cc}|abc123|topsecret|eyJ/u);
});

test("keys that cannot be had are a fault, not a rejection of the token", async () => {
  let base = "";
  const server = createServer((request, response) => {
    const found = request.url === "/.well-known/openid-configuration";
    response.writeHead(found ? 200 : 503, { "content-type": "application/json" });
    response.end(found ? JSON.stringify({ issuer: base, jwks_uri: `${base}/keys` }) : "{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const verifier = createTokenVerifier({ issuer: base, audience: "api://swap" });
  await expect(verifier.verify(`Bearer ${await issuer.token("reader")}`)).rejects.toThrow(
    "could not be verified",
  );
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
