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

/** What accepting a request comes to, judged from its promotion record. */
export type Acceptance =
  /** Nobody knew it before. */
  | "new"
  /** Known with the same content, without an outcome: its run goes on. */
  | "live"
  /** Known with the same content and concluded: its event is told again. */
  | "concluded"
  /** Known with other content. */
  | "conflict";

export function decideAcceptance(record: PromotionState | undefined, contentHash: string): Acceptance {
  if (!record) return "new";
  if (record.contentHash !== contentHash) return "conflict";
  return record.conclusion ? "concluded" : "live";
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
    return reason("request-expired", `expiresAt is over: ${formatTime(expiresAt)}`);
  // How long a schedule's promotion may last is reviewed where the horizon is.
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

/**
 * The fields in which a request differs from the promotion that has its id; none where the promotion record keeps too little of a
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

/** What stands between a plan and its swap, in the order in which a promotion comes to it. */
export interface Step {
  readonly what: "acceptance" | "capacity" | "approval" | "window" | "hold" | "queue" | "readiness";
  readonly detail: string;
  /** Only where the promotion would end here, or somebody has to act. */
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

/** What people, the clock and the queue of the pair would still have to do before this request is swapped. */
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
