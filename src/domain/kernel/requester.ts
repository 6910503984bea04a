import type { RequestOrigin, SwapRequest } from "./swap-request";
import { truncate } from "./truncate";

/** Who asked for a promotion, and how reliably that is known. */
export interface Requester {
  /** `person`, `application`: from a verified token. `schedule`: from the pairs file. `declared`: unverified. */
  readonly kind: "person" | "application" | "schedule" | "declared";
  readonly name: string;
  /** Object id of a verified caller. */
  readonly oid?: string;
  /** The unverified name in a verified caller's request, when it differs from the caller's. */
  readonly declaredName?: string;
}

const DECLARED_LENGTH = 80;

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
  // Each is stored shortened to its own limit, so the comparison uses the shorter limit.
  return declared === truncate(name, DECLARED_LENGTH) || requestedBy === name
    ? { kind, name, oid }
    : { kind, name, oid, declaredName: declared };
}

export function describeRequester({ kind, name, oid, declaredName }: Requester): string {
  if (kind === "schedule") return name;
  if (kind === "declared") return `"${name}" (declared, not verified)`;
  const verified = name === oid ? `${kind} ${oid}` : `${name} (${kind} ${oid ?? "?"})`;
  return declaredName === undefined ? verified : `${verified}, who declares "${declaredName}"`;
}
