import { START } from "./start";
import type { Of } from "./timeline";

/** The requests and events that this rule uses. */
interface Described {
  readonly sent: readonly Of<"sent">[];
  readonly published: readonly Of<"published">[];
}

/** Reasons to refuse a valid request without a record. */
const codes = ["request-expired", "unknown-pair", "reserved-id", "too-far-ahead"] as const;

export type TurnedAway = (typeof codes)[number];

/** The horizon for the times of a request: 90 days. */
const HORIZON_MS = 90 * 86_400_000;

/** The code of a refusal without a record; undefined for other answers. */
export function codeTurnedAway(text: string): TurnedAway | undefined {
  return codes.find((code) => text.includes(`"code":"${code}"`));
}

/**
 * Whether a request was rightly refused without an outcome, by a clock that may be wrong by `wrongMs`. A separate
 * rule judges pairs that are unknown to some host.
 */
export function isTurnedAway({ sent, published }: Described, request: string, wrongMs: number): boolean {
  const own = sent.filter((each) => each.request === request);
  return published.some(
    ({ at, type, request: described, code = "" }) =>
      type === "request.not-accepted" &&
      described === request &&
      // A scheduled promotion is not a request with the same id by somebody else.
      own.some((e) => (code !== "reserved-id" || e.means === undefined) && mayTurnAway(code, e, at, wrongMs)),
  );
}

/** Whether the request was a reason for a refusal with this code at that time. */
export function mayTurnAway(
  code: string,
  { request, content }: { readonly request: string; readonly content: string },
  at: number,
  wrongMs: number,
): boolean {
  const times = timesIn(content);
  switch (code) {
    case "unknown-pair":
      return true;
    case "reserved-id":
      return isOfSchedulesShape(request);
    case "request-expired":
      return times.some(({ field, ms }) => field === "expiresAt" && START + at + wrongMs >= ms);
    case "too-far-ahead":
      return times.some(({ ms }) => ms > START + at + HORIZON_MS - wrongMs - 60_000);
    default:
      return false;
  }
}

/** Ids of this form belong to schedules, in any letter case. */
export function isOfSchedulesShape(request: string): boolean {
  return /^schedule-.*-\d{8}t\d{6}z$/.test(request.toLowerCase());
}

function timesIn(content: string): readonly { readonly field: string; readonly ms: number }[] {
  const found = content.matchAll(/"(expiresAt|notBefore)":"([^"]+)"/g);
  return [...found].map(([, field = "", text = ""]) => ({ field, ms: Date.parse(text) }));
}
