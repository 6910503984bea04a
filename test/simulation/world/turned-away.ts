import { START } from "./start";
import type { Of } from "./timeline";

/** What was sent and what was told, as far as this rule looks. */
interface Described {
  readonly sent: readonly Of<"sent">[];
  readonly published: readonly Of<"published">[];
}

/** Why a request that can be read leaves nothing behind. */
const codes = ["request-expired", "unknown-pair", "reserved-id", "too-far-ahead"] as const;

export type TurnedAway = (typeof codes)[number];

/** How far ahead the times of a request may lie: 90 days. */
const HORIZON_MS = 90 * 86_400_000;

/** The code of an answer that says so; undefined: it says something else. */
export function codeTurnedAway(text: string): TurnedAway | undefined {
  return codes.find((code) => text.includes(`"code":"${code}"`));
}

/**
 * Whether a request was turned away, and rightly, by a clock that may be wrong by so much: it gets no outcome. Of pairs that
 * are unknown somewhere nobody here knows: a rule of its own judges these.
 */
export function isTurnedAway({ sent, published }: Described, request: string, wrongMs: number): boolean {
  const own = sent.filter((each) => each.request === request);
  return published.some(
    ({ at, type, request: described, code = "" }) =>
      type === "request.not-accepted" &&
      described === request &&
      // What a schedule starts is not what somebody else sent under its id.
      own.some((e) => (code !== "reserved-id" || e.means === undefined) && mayTurnAway(code, e, at, wrongMs)),
  );
}

/** Whether there is cause, in what was sent, to turn it away at that time with this code. */
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

/** Ids of this shape are the schedules' own, in upper case and lower case. */
export function isOfSchedulesShape(request: string): boolean {
  return /^schedule-.*-\d{8}t\d{6}z$/.test(request.toLowerCase());
}

function timesIn(content: string): readonly { readonly field: string; readonly ms: number }[] {
  const found = content.matchAll(/"(expiresAt|notBefore)":"([^"]+)"/g);
  return [...found].map(([, field = "", text = ""]) => ({ field, ms: Date.parse(text) }));
}
