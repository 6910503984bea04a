import type { RequestOrigin, SwapRequest } from "./swap-request";
import { truncate } from "./truncate";

/** Who asked for a promotion, and how far that is known. */
export interface Requester {
  /** `person`, `application`: of a verified token. `schedule`: of the pairs file. `declared`: a sender's own word. */
  readonly kind: "person" | "application" | "schedule" | "declared";
  readonly name: string;
  /** Object id of a verified caller. */
  readonly oid?: string;
  /** What a verified caller's request says instead of the caller's name; a mere declaration. */
  readonly declaredName?: string;
}

const DECLARED_LENGTH = 80;

/** Who asked; a declared name never stands where a verified one would. */
export function requesterOf({
  request: { requestedBy },
  origin: { channel, principal },
}: {
  readonly request: Pick<SwapRequest, "requestedBy">;
  readonly origin: RequestOrigin;
}): Requester {
  if (!principal) return { kind: channel === "schedule" ? "schedule" : "declared", name: requestedBy };
  const { oid, name, application } = principal;
  const kind = application === true ? "application" : "person";
  const declared = truncate(requestedBy, DECLARED_LENGTH);
  // Both are kept shortened, each by its own bound: compared by the shorter.
  return declared === truncate(name, DECLARED_LENGTH) || requestedBy === name
    ? { kind, name, oid }
    : { kind, name, oid, declaredName: declared };
}

/** The same in words. */
export function describeRequester({ kind, name, oid, declaredName }: Requester): string {
  if (kind === "schedule") return name;
  if (kind === "declared") return `"${name}" (declared, not verified)`;
  const verified = name === oid ? `${kind} ${oid}` : `${name} (${kind} ${oid ?? "?"})`;
  return declaredName === undefined ? verified : `${verified}, who declares "${declaredName}"`;
}
