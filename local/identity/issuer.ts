import { createServer, type Server } from "node:http";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  SignJWT,
  type CryptoKey,
  type JWK,
} from "jose";

const people = {
  requester: {
    oid: "11111111-1111-4111-8111-111111111111",
    name: "Rita Requester",
    roles: ["Swap.Read", "Swap.Request"],
  },
  approver: {
    oid: "22222222-2222-4222-8222-222222222222",
    name: "Aron Approver",
    roles: ["Swap.Read", "Swap.Approve"],
  },
  secondApprover: {
    oid: "66666666-6666-4666-8666-666666666666",
    name: "Berta Approver",
    roles: ["Swap.Read", "Swap.Approve"],
  },
  operator: {
    oid: "33333333-3333-4333-8333-333333333333",
    name: "Olga Operator",
    roles: ["Swap.Read", "Swap.Request", "Swap.Operate"],
  },
  reader: { oid: "44444444-4444-4444-8444-444444444444", name: "Rob Reader", roles: ["Swap.Read"] },
  outsider: { oid: "55555555-5555-4555-8555-555555555555", name: "Otto Outsider", roles: [] },
} as const;

type Person = keyof typeof people;

/** The object id in the tokens of a person. */
export function objectIdOf(person: Person): string {
  return people[person].oid;
}

type Claims = Readonly<Record<string, unknown>>;

export interface LocalIssuer {
  readonly issuer: string;
  readonly audience: string;
  /**
   * An access token as Entra ID (version 2.0) issues it, but valid for 30 days; `over` replaces claims
   * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
   */
  token(person: Person, over?: Claims): Promise<string>;
  /** The same for an application that signed in as itself; the app registration requests `idtyp`. */
  applicationToken(roles: readonly string[]): Promise<string>;
  /** The ID token of a person who signed in to a client of the same app registration. */
  idToken(person: Person, over?: Claims): Promise<string>;
  stop(): Promise<void>;
}

interface IssuerOptions {
  readonly host: string;
  readonly port: number;
  readonly audience: string;
  /** Keeps the signing key, so that tokens survive a restart. */
  readonly dataDirectory?: string;
  readonly now?: () => number;
}

const LIFETIME_S = 30 * 86_400;
const CLIENT = "77777777-7777-4777-8777-777777777777";
const APPLICATION = "88888888-8888-4888-8888-888888888888";
const everyToken = { tid: "99999999-9999-4999-8999-999999999999", ver: "2.0" };
const loopback = ["127.0.0.1", "localhost", "::1"];

/** Starts an OpenID issuer for local people: discovery, keys and tokens. */
export async function startIssuer(options: IssuerOptions): Promise<LocalIssuer> {
  if (!loopback.includes(options.host)) throw new Error("the local issuer listens on loopback only");
  const jwk = await signingKey(options.dataDirectory);
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicKey } = jwk;
  let issuer = "";
  const server = await listen(options, (path) => {
    if (path === "/.well-known/openid-configuration") {
      return { issuer, jwks_uri: `${issuer}/keys`, id_token_signing_alg_values_supported: ["RS256"] };
    }
    return path === "/keys" ? { keys: [publicKey] } : undefined;
  });
  const address = server.address();
  const name = options.host.includes(":") ? `[${options.host}]` : options.host;
  issuer = `http://${name}:${typeof address === "object" && address ? address.port : options.port}`;
  const key = (await importJWK(jwk, "RS256")) as CryptoKey;
  const now = options.now ?? Date.now;
  const { audience } = options;
  const sign = (claims: Claims) => {
    const at = Math.floor(now() / 1000);
    const lifetime = { iat: at, nbf: at, exp: at + LIFETIME_S };
    return new SignJWT({ iss: issuer, aud: audience, ...lifetime, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: jwk.kid ?? "", typ: "JWT" })
      .sign(key);
  };
  return {
    issuer,
    audience,
    token: (person, over = {}) =>
      sign({ ...signedIn(person), azp: CLIENT, azpacr: "0", scp: "access_as_user", ...over }),
    applicationToken: (roles) =>
      sign({
        ...{ ...everyToken, azp: CLIENT, azpacr: "1", idtyp: "app" },
        ...{ oid: APPLICATION, sub: APPLICATION, roles: [...roles] },
      }),
    idToken: (person, over = {}) => sign({ ...signedIn(person), nonce: "n-1", ...over }),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Claims without a value are absent: a person without app roles has no `roles`. */
function signedIn(person: Person): Claims {
  const { oid, name, roles } = people[person];
  return {
    ...everyToken,
    ...{ oid, name, sub: `pairwise-${oid}`, preferred_username: `${person}@example.test` },
    ...(roles.length > 0 ? { roles: [...roles] } : {}),
  };
}

async function signingKey(dataDirectory: string | undefined): Promise<JWK> {
  const file = dataDirectory === undefined ? undefined : join(dataDirectory, "signing-key.json");
  if (file !== undefined && existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as JWK;
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const made = await exportJWK(privateKey);
  const jwk = { ...made, kid: await calculateJwkThumbprint(made), alg: "RS256", use: "sig" };
  if (file !== undefined && dataDirectory !== undefined) {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    // Renamed into place: a key half written at a power failure would stop every later start.
    writeFileSync(`${file}.new`, JSON.stringify(jwk), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return jwk;
}

function listen(options: IssuerOptions, answer: (path: string) => object | undefined): Promise<Server> {
  const server = createServer((request, response) => {
    const body = answer((request.url ?? "/").split("?")[0] ?? "/");
    response
      .writeHead(body ? 200 : 404, { "content-type": "application/json" })
      .end(JSON.stringify(body ?? {}));
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, () => {
      resolve(server);
    });
  });
}
