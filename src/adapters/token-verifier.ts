import type { errors, JWTPayload, JWTVerifyGetKey } from "jose";
import type { Caller, Permission, TokenVerifier } from "../ports/identity";

const permissions: readonly Permission[] = ["Swap.Read", "Swap.Request", "Swap.Approve", "Swap.Operate"];
const TOLERANCE_S = 60;

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
}

/**
 * Verifies tokens against the issuer's published keys (OpenID Connect discovery). Only asymmetric algorithms are
 * accepted (RFC 8725 §3.1). `jose` is loaded when the first token is verified.
 */
export function createTokenVerifier({ issuer, audience }: TokenVerifierOptions): TokenVerifier {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const findKeys = () => {
    keys ??= discover(issuer).catch((cause: unknown) => {
      keys = undefined;
      throw new Error("the issuer's keys cannot be fetched", { cause });
    });
    return keys;
  };
  return {
    async verify(authorization) {
      const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1];
      if (token === undefined) return { rejected: "no bearer token was sent" };
      const key = await findKeys();
      const jose = await import("jose");
      try {
        const { payload } = await jose.jwtVerify(token, key, {
          issuer,
          audience,
          algorithms: ["RS256", "RS384", "RS512", "PS256", "ES256"],
          clockTolerance: TOLERANCE_S,
          requiredClaims: ["exp", "oid"],
        });
        const caller = callerOf(payload);
        return caller ? { caller } : { rejected: 'the token\'s claim "oid" does not fit' };
      } catch (fault) {
        if (fault instanceof jose.errors.JOSEError && !isKeyTrouble(fault))
          return { rejected: rejectionOf(fault) };
        throw new Error("the token could not be verified", { cause: fault });
      }
    },
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const reply = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(10_000) });
  if (!reply.ok) throw new Error(`discovery answered ${reply.status}`);
  const { issuer: named, jwks_uri: jwks } = (await reply.json()) as { issuer?: string; jwks_uri?: string };
  if (named !== issuer || jwks === undefined) throw new Error("discovery names another issuer or no keys");
  const { createRemoteJWKSet } = await import("jose");
  return createRemoteJWKSet(new URL(jwks), { timeoutDuration: 10_000 });
}

function callerOf(payload: JWTPayload): Caller | undefined {
  const { oid, name, roles } = payload;
  if (typeof oid !== "string" || oid === "") return undefined;
  const granted = (Array.isArray(roles) ? roles : []).filter((role) => typeof role === "string");
  return {
    oid,
    name: typeof name === "string" && name !== "" ? name : oid,
    application: isApplication(payload),
    permissions: permissions.filter((permission) => granted.includes(permission)),
    roles: granted,
  };
}

/**
 * Entra ID says `idtyp` only where it is configured as an optional claim; otherwise `scp` tells, which is in the access
 * tokens of users only. In doubt an application: those decide less than people.
 */
function isApplication({ idtyp, scp }: JWTPayload): boolean {
  if (typeof idtyp === "string") return idtyp !== "user";
  return typeof scp !== "string" || scp === "";
}

/** The issuer's keys could not be had: that is no fault of the token. */
function isKeyTrouble({ code }: errors.JOSEError): boolean {
  return ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"].includes(code);
}

function rejectionOf(fault: errors.JOSEError): string {
  if (fault.code === "ERR_JWT_EXPIRED") return "the token has expired";
  if (fault.code === "ERR_JWT_CLAIM_VALIDATION_FAILED" && "claim" in fault)
    return `the token's claim "${String(fault.claim)}" does not fit`;
  return "the token is not valid";
}
