import type { ClosedReason, Opening } from "./opening";
import { showKnown, tellTime } from "./shown-time";

/** An opening for people, in one line: what comes next first, then every reason. `expiresAt`: of the request that waits for it. */
export function tellOpening(opening: Opening, timeZone: string, expiresAt?: number): string {
  const time = (at: number) => tellTime(at, timeZone);
  if (opening.open) return `open${opening.closesAt === undefined ? "" : ` until ${time(opening.closesAt)}`}`;
  const unknown =
    expiresAt === undefined
      ? "next opening unknown"
      : `no opening before the request expires ${time(expiresAt)}`;
  const next = opening.nextOpensAt === undefined ? unknown : `opens ${time(opening.nextOpensAt)}`;
  const reasons = opening.reasons.map(({ code, detail, until }) => {
    const end = until === undefined ? "" : `, until ${time(until)}`;
    return `${code} (${detail}${end})`;
  });
  return `${next}; closed: ${reasons.join("; ")}`;
}

/** An opening as the HTTP API shows it. */
export function viewOpening(opening: Opening, timeZone: string, expiresAt?: number) {
  const time = (at: number | undefined) => showKnown(at, timeZone);
  if (opening.open) return { open: true, closesAt: time(opening.closesAt) };
  const reasonOf = ({ code, detail, until }: ClosedReason) => ({ code, detail, until: time(until) });
  const { reasons, nextOpensAt } = opening;
  return {
    open: false,
    reasons: reasons.map(reasonOf),
    nextOpensAt: time(nextOpensAt),
    // No opening is known that comes before it.
    expiresFirst: nextOpensAt === undefined ? time(expiresAt) : undefined,
  };
}
