import { canonicalJson } from "./canonical-json";
import { reason, type Reason } from "./codes";
import { shortOrigin, shortRequest } from "./ledger-room";
import type { PairPolicy } from "./policy";
import type { PromotionState, Registration } from "./promotion";
import { isScheduledId } from "./schedule";
import { tellTime } from "./shown-time";
import type { SwapRequest } from "./swap-request";

/** What accepting a request comes to, judged from its ledger entry. */
export type Acceptance =
  /** Nobody knew it before. */
  | "new"
  /** Known with the same content, without an outcome: its run goes on. */
  | "live"
  /** Known with the same content and concluded: its event is told again. */
  | "concluded"
  /** Known with other content. */
  | "conflict";

export function decideAcceptance(ledger: PromotionState | undefined, contentHash: string): Acceptance {
  if (!ledger) return "new";
  if (ledger.contentHash !== contentHash) return "conflict";
  return ledger.conclusion ? "concluded" : "live";
}

/**
 * Why a request is not taken up, though it is well formed; undefined when it is. Asked of what nobody knows yet only: a
 * repeat has the answer of its promotion, whatever the time and the pairs file say by then. `policy` is that of its pair.
 */
export function whyRefused(
  { request, origin }: Pick<Registration, "request" | "origin">,
  policy: PairPolicy | undefined,
  now: number,
): Reason | undefined {
  const { requestId, pair, expiresAt } = request;
  if (!policy) return reason("unknown-pair", `there is no pair "${pair}" here`);
  if (origin.channel !== "schedule" && isScheduledId(requestId))
    return reason("reserved-id", `the id ${requestId} has the shape of those that schedules give`);
  if (expiresAt !== undefined && expiresAt <= now)
    return reason("request-expired", `expiresAt is over: ${tellTime(expiresAt)}`);
  // How long a schedule's promotion may last is reviewed where the horizon is.
  return origin.channel === "schedule" ? undefined : whyTooFar(request, policy.queue.horizonMs, now);
}

function whyTooFar(request: SwapRequest, horizonMs: number, now: number): Reason | undefined {
  const times = ["notBefore", "expiresAt"] as const;
  const far = times.find((field) => (request[field] ?? now) > now + horizonMs);
  if (far === undefined) return undefined;
  const days = Math.floor(horizonMs / 3_600_000) / 24;
  const detail = `${far} is ${tellTime(request[far] ?? now)}, more than ${Number(days.toFixed(1))} days ahead`;
  return reason("too-far-ahead", detail);
}

/**
 * The fields in which a request differs from the promotion that has its id; none where the ledger keeps too little of a
 * long text, or of what is past its retention, to tell.
 */
export function differingFields(
  known: Pick<PromotionState, "request" | "origin" | "reduced">,
  sent: Pick<Registration, "request" | "origin">,
): readonly string[] {
  if (known.reduced) return [];
  const [before, after] = [contentOf(known), contentOf(sent)];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.filter((name) => canonicalJson(before[name]) !== canonicalJson(after[name]));
}

function contentOf({
  request,
  origin,
}: Pick<Registration, "request" | "origin">): Readonly<Record<string, unknown>> {
  const { breakGlass } = shortOrigin(origin);
  return { ...shortRequest(request), ...(breakGlass ? { breakGlass } : {}) };
}

/** A conflict in words. */
export function conflictDetail(requestId: string, fields: readonly string[]): string {
  const where = fields.length > 0 ? fields.join(", ") : "a text that is not kept in full";
  return `the request id ${requestId} is taken by a request that differs in ${where}`;
}
