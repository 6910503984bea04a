import { approvalOf, approversOf, unreachable } from "../approval/rule";
import { canonicalJson } from "../kernel/canonical-json";
import { type Code, codes, reason, type Reason } from "../kernel/reason-codes";
import { mayTakeKeptPlace, type RequestOrigin, type SwapRequest } from "../kernel/swap-request";
import { formatTime } from "../kernel/time";
import { hasPlaceFor } from "../pair/answers";
import { describeHold } from "../pair/operator-actions";
import type { PairState } from "../pair/pair";
import { type DeploymentWindow, describeWindow } from "../policy/deployment-window";
import { type PairPolicy, tightenReadiness } from "../policy/policy";
import { isScheduledId } from "../policy/schedule";
import { shortOrigin, shortRequest } from "./size-budget";
import type { PromotionState, Registration } from "./state";

/** How a request relates to the promotion record of its id. */
export type Acceptance =
  /** There is no record. */
  | "new"
  /** Same content, no outcome yet. */
  | "live"
  /** Same content, concluded: its event is published again. */
  | "concluded"
  /** Different content. */
  | "conflict";

export function decideAcceptance(record: PromotionState | undefined, contentHash: string): Acceptance {
  if (!record) return "new";
  if (record.contentHash !== contentHash) return "conflict";
  return record.conclusion ? "concluded" : "live";
}

/**
 * Why a well-formed request is not accepted; undefined if it is. Only for new requests: a repeat gets the answer of its
 * promotion, whatever has changed since.
 */
export function whyRefused(
  { request, origin }: Pick<Registration, "request" | "origin">,
  policy: PairPolicy | undefined,
  now: number,
): Reason | undefined {
  const { requestId, pair, expiresAt } = request;
  if (!policy) return reason("unknown-pair", `there is no pair "${pair}" here`);
  if (origin.channel !== "schedule" && isScheduledId(requestId))
    return reason("reserved-id", `the id ${requestId} has the form of a schedule's id`);
  if (expiresAt !== undefined && expiresAt <= now)
    return reason("request-expired", `expiresAt has passed: ${formatTime(expiresAt)}`);
  // The horizon is no limit for schedules, which are in the pairs file themselves.
  return origin.channel === "schedule" ? undefined : whyTooFar(request, policy.queue.horizonMs, now);
}

function whyTooFar(request: SwapRequest, horizonMs: number, now: number): Reason | undefined {
  const times = ["notBefore", "expiresAt"] as const;
  const far = times.find((field) => (request[field] ?? now) > now + horizonMs);
  if (far === undefined) return undefined;
  const days = Math.floor(horizonMs / 3_600_000) / 24;
  const detail = `${far} is ${formatTime(request[far] ?? now)}, more than ${Number(days.toFixed(1))} days ahead`;
  return reason("too-far-ahead", detail);
}

/** The fields that differ between a request and the promotion with its id; empty if the record has too few texts. */
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
  return { ...shortRequest(request), breakGlass };
}

export function conflictDetail(requestId: string, fields: readonly string[]): string {
  const where = fields.length > 0 ? fields.join(", ") : "a text that is not stored in full";
  return `the request id ${requestId} is in use by a request that differs in ${where}`;
}

/** One condition between a plan and its swap. */
export interface Step {
  readonly what: "acceptance" | "capacity" | "approval" | "window" | "hold" | "queue" | "readiness";
  readonly detail: string;
  /** Only if the promotion would end here, or a person has to act. */
  readonly code?: Code;
  readonly remedy?: string;
}

export interface Standing {
  readonly policy: PairPolicy;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  readonly pair: PairState;
  readonly window: DeploymentWindow;
  readonly now: number;
}

/** The remaining steps before this request is swapped, in order. */
export function stillToDo(standing: Standing): readonly Step[] {
  const { policy, request } = standing;
  const { stableForMs } = tightenReadiness(policy, request);
  return [
    ...acceptanceSteps(standing),
    ...capacitySteps(standing),
    ...approvalSteps(standing),
    ...windowSteps(standing),
    ...standing.pair.holds.map((hold) => failing("hold", "on-hold", describeHold(hold))),
    ...queueSteps(standing),
    {
      what: "readiness",
      detail: `every role instance of both services runs without a break for ${stableForMs / 1_000} s`,
    },
  ];
}

function failing(what: Step["what"], code: Code, detail: string): Step {
  return { what, detail, code, remedy: codes[code].remedy };
}

function acceptanceSteps({ policy, request, origin, now }: Standing): readonly Step[] {
  const refusal = whyRefused({ request, origin }, policy, now);
  return refusal ? [{ what: "acceptance", ...refusal }] : [];
}

function capacitySteps({ pair, request, origin }: Standing): readonly Step[] {
  if (hasPlaceFor(pair, request.requestId, mayTakeKeptPlace(origin))) return [];
  return [
    failing("capacity", "queue-full", `${pair.registered.length} promotions of the pair are under way`),
  ];
}

function approvalSteps({ policy, request, origin }: Standing): readonly Step[] {
  const rule = approvalOf(policy.approval, request, origin);
  if (!rule) return [];
  const never = unreachable(rule, origin);
  if (never !== undefined) return [failing("approval", "approval-impossible", never)];
  const { quorum, deadlineMs } = rule;
  const who = `${quorum} approval${quorum === 1 ? "" : "s"} by ${approversOf(rule)}`;
  return [{ what: "approval", detail: `${who}, within ${deadlineMs / 60_000} min of being asked` }];
}

function windowSteps({ policy, request, window }: Standing): readonly Step[] {
  if (window.open) return [];
  return [{ what: "window", detail: describeWindow(window, policy.timeZone, request.expiresAt) }];
}

function queueSteps({ policy: { queue }, pair }: Standing): readonly Step[] {
  const before = [...(pair.lease ? [pair.lease.holder] : []), ...pair.queue.map((entry) => entry.requestId)];
  if (before.length === 0) return [];
  const detail = `${before.join(", ")} ${before.length === 1 ? "goes" : "go"} first`;
  if (queue.whenBusy === "refuse") return [failing("queue", "pair-busy", detail)];
  const isFull = pair.queue.length >= queue.maxQueued;
  return [isFull ? failing("queue", "queue-full", detail) : { what: "queue", detail }];
}
