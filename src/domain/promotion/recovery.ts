import { MOST_ASKED, VOTE_LAG_MS } from "../approval/gate";
import { soakDeadline, watchRule } from "../cloud-service/soak";
import type { Phase } from "../kernel/outcome";
import { describeRemoved } from "../kernel/pair-key";
import { reason } from "../kernel/reason-codes";
import type { PairState } from "../pair/pair";
import { windowDeadline, type PairPolicy, tightenSoak } from "../policy/policy";
import { proofSpan } from "../swap/settlement";
import { ruleFor } from "./approval";
import type { Ending, PromotionState } from "./state";

/** The state of a durable run. */
export type RunStatus = "absent" | "live" | "completed" | "failed" | "terminated";

/** The action of the reconciler for one registered promotion. */
export type ReconcileAction =
  | { readonly kind: "leave" }
  /** Start the same run again. It resumes. */
  | { readonly kind: "start-run" }
  | { readonly kind: "conclude"; readonly ending: Ending }
  /** Concluded: set the hold if needed, leave the queue, publish, mark as announced, deregister. */
  | { readonly kind: "finish" }
  /** Registered without a promotion record, or again by a late message after it was finished. */
  | { readonly kind: "deregister" };

/** How long runs and messages may take before the reconciler acts. */
export const GRACE_MS = 2 * 60_000;
const ORPHAN_MS = 10 * 60_000;
const LAST_GRACE_MS = 30 * 60_000;
const PLANNING_MS = 15 * 60_000;

/**
 * When a promotion must have an outcome: the sum of its deadlines, two lost attempts in each direction, and grace. Each
 * time approval is asked again, its deadline and the ones after it start again.
 */
export function lastDeadline(
  policy: PairPolicy,
  acceptedAt: number,
  windowMs = 0,
  asking?: Pick<PromotionState, "request" | "origin">,
): number {
  const { queue, readiness, verification } = policy;
  const attempts = 4 * (proofSpan(policy.swap) + policy.swap.operationDeadlineMs);
  const rule = asking && ruleFor(policy, asking);
  const people = rule ? rule.deadlineMs + VOTE_LAG_MS + PLANNING_MS : 0;
  const round = people + windowMs + queue.deadlineMs + 2 * readiness.deadlineMs;
  const waits = PLANNING_MS + (rule ? MOST_ASKED : 1) * round + verification.deadlineMs;
  const watch = soakDeadline(watchRule(tightenSoak(policy, asking?.request ?? {}), readiness.stableForMs), 0);
  const rollback = readiness.deadlineMs + verification.deadlineMs;
  return acceptedAt + waits + attempts + watch + rollback + LAST_GRACE_MS;
}

const afterWindow: readonly Phase[] = [
  "queued",
  "awaiting-readiness",
  "swapping",
  "verifying",
  "soaking",
  "rolling-back",
];

/**
 * How long after its acceptance a promotion may wait for its deployment window. A later phase adds no such time, so
 * that an unproved swap is reported promptly and not a week later.
 */
function windowMs(policy: PairPolicy, promotion: PromotionState): number {
  const { request, acceptedAt, deadlines, phase, timeline } = promotion;
  const entered = timeline.at(-1)?.at;
  if (entered !== undefined && afterWindow.includes(phase)) return Math.max(entered - acceptedAt, 0);
  const mayWait = policy.window !== undefined || request.notBefore !== undefined;
  const latest = mayWait ? windowDeadline(policy, request.notBefore, acceptedAt + PLANNING_MS) : acceptedAt;
  return Math.max(latest, deadlines.window ?? 0) - acceptedAt;
}

export interface ReconcilerView {
  readonly requestId: string;
  readonly registeredAt: number;
  readonly promotion: PromotionState | undefined;
  readonly pair: PairState;
  readonly run: RunStatus;
  /** Undefined: its services are no longer in the pairs file. */
  readonly policy: PairPolicy | undefined;
  readonly now: number;
}

/** Leaves a live run alone until every deadline has passed. */
export function decideReconcileAction(view: ReconcilerView): ReconcileAction {
  const { promotion, run, now } = view;
  const age = now - view.registeredAt;
  if (!promotion) return age > ORPHAN_MS ? { kind: "deregister" } : { kind: "leave" };
  if (promotion.conclusion) return finishing(promotion, promotion.conclusion.at, run, now);
  const over = whyOver(view, promotion);
  if (over) return over;
  return run !== "live" && age > GRACE_MS ? { kind: "start-run" } : { kind: "leave" };
}

/** The outcome of a promotion that was terminated, lost its pair, or is past every deadline. */
function whyOver(view: ReconcilerView, promotion: PromotionState): ReconcileAction | undefined {
  const planned = promotion.plan?.policy ?? view.policy;
  const isLate = planned !== undefined && view.now > deadlineOf(promotion, planned);
  if (hasClaimed(view, promotion)) {
    const detail = "no outcome after every deadline, and an attempt was claimed";
    return isLate ? concludeAs("halted", "run-lost-after-claim", detail) : undefined;
  }
  const nothing = "nothing was claimed";
  if (view.run === "terminated")
    return concludeAs("cancelled", "terminated-by-hand", `the run was terminated by hand; ${nothing}`);
  if (!view.policy)
    return concludeAs("refused", "pair-removed", `${describeRemoved(promotion.request.pair)}; ${nothing}`);
  return isLate
    ? concludeAs("expired", "run-lost", `no outcome after every deadline; ${nothing}`)
    : undefined;
}

function deadlineOf(promotion: PromotionState, planned: PairPolicy): number {
  return lastDeadline(planned, promotion.acceptedAt, windowMs(planned, promotion), promotion);
}

function finishing(
  { announcedAt }: PromotionState,
  concludedAt: number,
  run: RunStatus,
  now: number,
): ReconcileAction {
  if (run === "live" && now - concludedAt < GRACE_MS) return { kind: "leave" };
  return { kind: announcedAt === undefined ? "finish" : "deregister" };
}

function hasClaimed({ pair, requestId }: ReconcilerView, { attempts }: PromotionState): boolean {
  const lease = pair.lease?.holder === requestId ? pair.lease : undefined;
  return pair.open?.requestId === requestId || (lease?.closed ?? 0) > 0 || attempts.length > 0;
}

function concludeAs(
  outcome: "cancelled" | "expired" | "halted" | "refused",
  code: "pair-removed" | "terminated-by-hand" | "run-lost" | "run-lost-after-claim",
  detail: string,
): ReconcileAction {
  return { kind: "conclude", ending: { outcome, reason: reason(code, detail) } };
}
