import type { errors, JWTPayload } from "jose";
import { holderOf, misfitOf, TOLERANCE_S, tokenAlgorithms } from "../contracts/access-token";
import type { Clock } from "../ports/clock";
import type { Permission, TokenVerdict, TokenVerifier } from "../ports/identity";
import { PublishedKeys, type IssuerKeys } from "./issuer-keys";
import { systemClock } from "./system-clock";

const tokenChecks = {
  algorithms: [...tokenAlgorithms],
  clockTolerance: TOLERANCE_S,
  requiredClaims: ["exp"],
};
const permissions: readonly Permission[] = ["Swap.Read", "Swap.Request", "Swap.Approve", "Swap.Operate"];

export interface TokenVerifierOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly clock?: Pick<Clock, "now" | "monotonic">;
}

/** Verifies access tokens with the issuer's published keys (OpenID Connect discovery). Loads `jose` for the first token. */
export function createTokenVerifier({
  issuer,
  audience,
  clock = systemClock,
}: TokenVerifierOptions): TokenVerifier {
  const published = new PublishedKeys(issuer, clock);
  const check = async (token: string, find: Extract<IssuerKeys, { kind: "found" }>["find"]) => {
    const jose = await import("jose");
    const options = { ...tokenChecks, issuer, audience, currentDate: new Date(clock.now()) };
    try {
      return { payload: (await jose.jwtVerify(token, find, options)).payload };
    } catch (fault) {
      if (fault instanceof jose.errors.JOSEError) return { fault };
      throw new Error("the token could not be verified", { cause: fault });
    }
  };
  /** Checks again with new keys if the token's key is unknown: the issuer may have rotated its keys. */
  const checkTwice = async (token: string, kid: unknown): Promise<TokenVerdict> => {
    const keys = await published.current();
    if (keys.kind !== "found") return undecided(keys);
    const first = await check(token, keys.find);
    if (first.payload) return verdictOn(first.payload);
    if (first.fault.code !== NO_KEY) return { rejected: rejectionOf(first.fault) };
    const renewed = await published.renewed(typeof kid === "string" ? kid : "");
    if (renewed.kind === "unpublished") return { rejected: rejectionOf(first.fault) };
    if (renewed.kind !== "found") return undecided(renewed);
    const second = await check(token, renewed.find);
    return second.payload ? verdictOn(second.payload) : { rejected: rejectionOf(second.fault) };
  };
  return {
    async verify(authorization) {
      const sent = tokenIn(authorization);
      if ("rejected" in sent) return sent;
      const parts = await partsOf(sent.token);
      if (!parts) return { rejected: "the bearer token is not a signed JSON Web Token" };
      const misfit = misfitOf(parts.header, parts.claims, { issuer, audience }, clock.now());
      return misfit === undefined ? checkTwice(sent.token, parts.header["kid"]) : { rejected: misfit };
    },
  };
}

/** Schemes are compared without case (RFC 9110 §11.1). */
function tokenIn(authorization = ""): { readonly token: string } | { readonly rejected: string } {
  if (authorization === "") return { rejected: "no token was sent: send the header Authorization: Bearer …" };
  const [, scheme = "", token = ""] = /^(\S+) *(.*)$/s.exec(authorization.trim()) ?? [];
  if (!/^bearer$/i.test(scheme))
    return { rejected: "the header Authorization has a scheme other than Bearer" };
  return token === "" ? { rejected: "the header Authorization has no token after Bearer" } : { token };
}

async function partsOf(token: string) {
  const { decodeJwt, decodeProtectedHeader } = await import("jose");
  try {
    return { header: { ...decodeProtectedHeader(token) }, claims: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

function verdictOn(payload: JWTPayload): TokenVerdict {
  const holder = holderOf(payload);
  if ("refused" in holder) return { rejected: holder.refused };
  const granted = permissions.filter((permission) => holder.roles.includes(permission));
  return { caller: { ...holder, permissions: granted } };
}

function undecided(keys: Exclude<IssuerKeys, { kind: "found" }>): TokenVerdict {
  const detail = `the issuer's keys are not available: ${keys.detail}`;
  if (keys.kind === "wrong") return { misconfigured: detail };
  return { unavailable: detail, retryMs: keys.retryMs, cause: keys.cause };
}

const NO_KEY = "ERR_JWKS_NO_MATCHING_KEY";

function rejectionOf({ code }: errors.JOSEError): string {
  if (code === NO_KEY) return "the token is signed with a key that the issuer does not publish";
  if (code === "ERR_JWKS_MULTIPLE_MATCHING_KEYS") return "the token does not name the key it is signed with";
  return "the token is malformed or not signed by the issuer";
}
