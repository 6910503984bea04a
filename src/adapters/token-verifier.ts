import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import type { Caller, Permission, TokenVerifier } from "../ports/identity";

const permissions: readonly Permission[] = ["Swap.Read", "Swap.Request", "Swap.Approve", "Swap.Operate"];
const TOLERANCE_S = 60;

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
}

/**
 * Verifies tokens against the issuer's published keys (OpenID Connect discovery). Only asymmetric algorithms are
 * accepted (RFC 8725 §3.1).
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
      try {
        const { payload } = await jwtVerify(token, key, {
          issuer,
          audience,
          algorithms: ["RS256", "RS384", "RS512", "PS256", "ES256"],
          clockTolerance: TOLERANCE_S,
          requiredClaims: ["exp", "oid"],
        });
        return { caller: callerOf(payload) };
      } catch (fault) {
        if (fault instanceof errors.JOSEError && !isKeyTrouble(fault))
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
  return createRemoteJWKSet(new URL(jwks), { timeoutDuration: 10_000 });
}

/** `idtyp` tells applications from users (Entra ID optional claim). */
function callerOf(payload: JWTPayload): Caller {
  const { oid, name, roles, idtyp } = payload as JWTPayload & {
    oid: string;
    name?: string;
    roles?: unknown;
    idtyp?: string;
  };
  const granted = Array.isArray(roles) ? roles : [];
  return {
    oid,
    name: name ?? oid,
    application: idtyp === "app",
    permissions: permissions.filter((permission) => granted.includes(permission)),
  };
}

/** The issuer's keys could not be had: that is no fault of the token. */
function isKeyTrouble({ code }: errors.JOSEError): boolean {
  return ["ERR_JWKS_TIMEOUT", "ERR_JWKS_INVALID", "ERR_JOSE_GENERIC"].includes(code);
}

function rejectionOf(fault: errors.JOSEError): string {
  if (fault instanceof errors.JWTExpired) return "the token has expired";
  if (fault instanceof errors.JWTClaimValidationFailed)
    return `the token's claim "${fault.claim}" does not fit`;
  return "the token is not valid";
}
