import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

/** The answer to one GET. undefined closes the connection without an answer. */
export type IssuerAnswer = { readonly status?: number; readonly body: string } | undefined;

/** An issuer with faults and key rollover, on a clock that the test sets. */
export interface FakeIssuer {
  readonly issuer: string;
  /** GETs so far, by path. */
  readonly asked: string[];
  readonly clock: { ms: number; readonly now: () => number; readonly monotonic: () => number };
  /** Answers that replace the default ones, by path. */
  readonly answers: Map<string, IssuerAnswer>;
  /** Creates a key and publishes only that one, unless `unpublished` is set. */
  roll(kid: string, options?: { readonly unpublished?: boolean }): Promise<void>;
  /** A token for `the-api`, signed with the key `kid`. */
  token(kid: string, claims?: Readonly<Record<string, unknown>>): Promise<string>;
  stop(): Promise<void>;
}

export const discovery = "/.well-known/openid-configuration";

export async function startFakeIssuer(): Promise<FakeIssuer> {
  const asked: string[] = [];
  const answers = new Map<string, IssuerAnswer>();
  const keys = new Map<string, CryptoKey>();
  const clock = {
    ms: Date.parse("2026-11-24T12:00:00Z"),
    now: () => clock.ms,
    monotonic: () => clock.ms,
  };
  let published: JWK[] = [];
  let issuer = "";
  const usual = (path: string): IssuerAnswer =>
    path === discovery
      ? { body: JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }) }
      : { body: JSON.stringify({ keys: published }) };
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const answer = answers.has(path) ? answers.get(path) : usual(path);
    if (!answer) response.destroy();
    else response.writeHead(answer.status ?? 200, { location: `${issuer}/elsewhere` }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const roll: FakeIssuer["roll"] = async (kid, { unpublished = false } = {}) => {
    const { privateKey, publicKey } = await generateKeyPair("ES256");
    keys.set(kid, privateKey);
    if (!unpublished) published = [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }];
  };
  await roll("first");
  return {
    ...{ issuer, asked, clock, answers, roll },
    token: (kid, claims = {}) => {
      const exp = Math.floor(clock.ms / 1000) + 600;
      return new SignJWT({ iss: issuer, aud: "the-api", exp, oid: "o-1", name: "Rita", scp: "a", ...claims })
        .setProtectedHeader({ alg: "ES256", kid })
        .sign(keys.get(kid)!);
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
