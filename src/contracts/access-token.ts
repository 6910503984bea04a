import { cleanName } from "../domain/kernel/untrusted-text";
import { formatValue } from "./issues";

/** Asymmetric algorithms only (RFC 8725 §3.1). */
export const tokenAlgorithms: readonly string[] = ["RS256", "RS384", "RS512", "PS256", "ES256"];

/** Allowed clock skew in seconds. */
export const TOLERANCE_S = 60;

type Claims = Readonly<Record<string, unknown>>;

export interface TokenExpectation {
  readonly issuer: string;
  readonly audience: string;
}

/** The person or application that a token was issued to. */
export interface TokenHolder {
  readonly oid: string;
  /** Cleaned; the object id when the token has no name. */
  readonly name: string;
  readonly application: boolean;
  /** App roles as in the token. */
  readonly roles: readonly string[];
}

/**
 * The first misfit of a token's header and claims: expected and found, for the sender; undefined when all fits.
 * Checked before the signature, so that a hopeless token does not cause a fetch of the issuer's keys. Passing here
 * proves nothing.
 */
export function misfitOf(
  header: Claims,
  claims: Claims,
  { issuer, audience }: TokenExpectation,
  nowMs: number,
): string | undefined {
  const found = [
    tokenAlgorithms.includes(String(header["alg"]))
      ? undefined
      : `it is signed with ${described(header["alg"])}, expected is one of ${tokenAlgorithms.join(", ")}`,
    claims["iss"] === issuer
      ? undefined
      : `its issuer is ${described(claims["iss"])}, expected is "${issuer}"${hintOf(claims)}`,
    audiences(claims).includes(audience)
      ? undefined
      : `its audience is ${described(claims["aud"])}, expected is "${audience}"`,
    ...timeMisfits(claims, nowMs),
  ].filter((each) => each !== undefined);
  return found.length === 0 ? undefined : `the token does not fit: ${found.join("; ")}`;
}

function described(value: unknown): string {
  return formatValue(value, 120);
}

function audiences({ aud }: Claims): readonly unknown[] {
  return Array.isArray(aud) ? aud : [aud];
}

/** Tokens of version 1.0 come from another issuer, under another audience. */
function hintOf({ ver }: Claims): string {
  return ver === "1.0"
    ? ' (a token of version 1.0: let the manifest of the app registration say "requestedAccessTokenVersion": 2)'
    : "";
}

function timeMisfits({ exp, nbf }: Claims, nowMs: number): readonly (string | undefined)[] {
  const now = new Date(nowMs).toISOString();
  const seconds = Math.floor(nowMs / 1000);
  const expiry =
    typeof exp !== "number"
      ? "it has no expiry"
      : exp <= seconds - TOLERANCE_S
        ? `it expired at ${timeOf(exp)}, and now is ${now}`
        : undefined;
  const start =
    typeof nbf === "number" && nbf > seconds + TOLERANCE_S
      ? `it is not valid before ${timeOf(nbf)}, and now is ${now}`
      : undefined;
  return [expiry, start];
}

function timeOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? described(seconds) : date.toISOString();
}

/**
 * The holder of a verified token, or why it is not an access token. Tokens of people have `scp`; those of
 * applications have `idtyp`, an optional claim that the app registration must request; ID tokens have neither
 * (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference,
 * https://learn.microsoft.com/entra/identity-platform/optional-claims-reference,
 * https://learn.microsoft.com/entra/identity-platform/claims-validation#validate-the-actor).
 */
export function holderOf(claims: Claims): TokenHolder | { readonly refused: string } {
  const { oid, name, roles, scp, idtyp } = claims;
  if (typeof oid !== "string" || !/^[!-~]{1,100}$/.test(oid))
    return { refused: `the token's claim "oid" is ${described(oid)}, expected is an object id` };
  if (!isText(scp) && !isText(idtyp)) return { refused: noAccessToken };
  return {
    oid,
    name: (typeof name === "string" ? cleanName(name) : "") || oid,
    // When in doubt an application, which may do less than a person.
    application: isText(idtyp) ? idtyp !== "user" : false,
    roles: (Array.isArray(roles) ? (roles as unknown[]) : []).filter((role) => typeof role === "string"),
  };
}

const noAccessToken =
  "the token is an ID token, or that of an application that does not say so: it has neither scp nor idtyp. " +
  "People send the access token of a scope of this API; for applications add the optional claim idtyp to access tokens in the app registration";

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
