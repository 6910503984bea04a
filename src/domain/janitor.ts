import { reason } from "./codes";
import type { Ending } from "./completion-event";
import { MOST_ASKED, VOTE_LAG_MS } from "./gate";
import type { Phase } from "./outcome";
import type { PairState } from "./pair";
import { tellRemoved } from "./pair-key";
import { openingDeadline, tightenSoak, type PairPolicy } from "./policy";
import type { PromotionState } from "./promotion";
import { ruleFor } from "./promotion-gate";
import { proofSpan } from "./settlement";
import { soakDeadline, watchRule } from "./soak";

/** A run as the janitor sees it. */
export type RunSeen = "absent" | "live" | "completed" | "failed" | "terminated";

/** What the janitor does about one enlisted promotion. */
export type Chore =
  | { readonly kind: "leave" }
  /** Start the same run again: it resumes. */
  | { readonly kind: "start-run" }
  | { readonly kind: "conclude"; readonly ending: Ending }
  /** Concluded: hold if needed, leave the line, publish, mark announced, delist. */
  | { readonly kind: "finish" }
  /** Enlisted, and the ledger never heard of it, or has been through with it: a late message enlisted it again. */
  | { readonly kind: "delist" };

/** How long runs and messages may take before the janitor acts. */
export const GRACE_MS = 2 * 60_000;
const ORPHAN_MS = 10 * 60_000;
const LAST_GRACE_MS = 30 * 60_000;
const PLANNING_MS = 15 * 60_000;

/**
 * When a promotion must have an outcome: all its deadlines one after another, two lost attempts of each act, and
 * grace. Whenever people are asked anew, their deadline and the deadlines after it begin anew.
 */
export function lastDeadline(
  policy: PairPolicy,
  acceptedAt: number,
  openingMs = 0,
  asking?: Pick<PromotionState, "request" | "origin">,
): number {
  const { queue, readiness, verification } = policy;
  const attempts = 4 * (proofSpan(policy.swap) + policy.swap.operationDeadlineMs);
  const rule = asking && ruleFor(policy, asking);
  const people = rule ? rule.deadlineMs + VOTE_LAG_MS + PLANNING_MS : 0;
  const round = people + openingMs + queue.deadlineMs + 2 * readiness.deadlineMs;
  const waits = PLANNING_MS + (rule ? MOST_ASKED : 1) * round + verification.deadlineMs;
  const watch = soakDeadline(watchRule(tightenSoak(policy, asking?.request ?? {}), readiness.stableForMs), 0);
  const wayBack = readiness.deadlineMs + verification.deadlineMs;
  return acceptedAt + waits + attempts + watch + wayBack + LAST_GRACE_MS;
}

const afterOpening: readonly Phase[] = [
  "awaiting-turn",
  "awaiting-readiness",
  "swapping",
  "verifying",
  "soaking",
  "swapping-back",
];

/**
 * How long after its acceptance a promotion may still wait for its opening. One that is past it is given no time for that:
 * nobody should have to wait a week for the word that a swap is left half proved.
 */
function openingMs(policy: PairPolicy, promotion: PromotionState): number {
  const { request, acceptedAt, deadlines, phase, timeline } = promotion;
  const entered = timeline.at(-1)?.at;
  if (entered !== undefined && afterOpening.includes(phase)) return Math.max(entered - acceptedAt, 0);
  const mayWait = policy.opening !== undefined || request.notBefore !== undefined;
  const latest = mayWait ? openingDeadline(policy, request.notBefore, acceptedAt + PLANNING_MS) : acceptedAt;
  return Math.max(latest, deadlines.opening ?? 0) - acceptedAt;
}

export interface JanitorView {
  readonly requestId: string;
  readonly enlistedAt: number;
  readonly promotion: PromotionState | undefined;
  readonly pair: PairState;
  readonly run: RunSeen;
  /** Undefined: its services are not in the file any more. */
  readonly policy: PairPolicy | undefined;
  readonly now: number;
}

/** Decides about one enlisted promotion. A live run is left alone until every deadline has passed. */
export function decideChore(view: JanitorView): Chore {
  const { promotion, run, now } = view;
  const age = now - view.enlistedAt;
  if (!promotion) return age > ORPHAN_MS ? { kind: "delist" } : { kind: "leave" };
  if (promotion.conclusion) return finishing(promotion, promotion.conclusion.at, run, now);
  const over = whyOver(view, promotion);
  if (over) return over;
  return run !== "live" && age > GRACE_MS ? { kind: "start-run" } : { kind: "leave" };
}

/** The outcome of a promotion that cannot go on: terminated, of a pair that is gone, or past every deadline. */
function whyOver(view: JanitorView, promotion: PromotionState): Chore | undefined {
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
    return concludeAs("refused", "pair-removed", `${tellRemoved(promotion.request.pair)}; ${nothing}`);
  return isLate
    ? concludeAs("expired", "run-lost", `no outcome after every deadline; ${nothing}`)
    : undefined;
}

/** By the policy that it was planned with, once it was. */
function deadlineOf(promotion: PromotionState, planned: PairPolicy): number {
  return lastDeadline(planned, promotion.acceptedAt, openingMs(planned, promotion), promotion);
}

function finishing({ announcedAt }: PromotionState, concludedAt: number, run: RunSeen, now: number): Chore {
  if (run === "live" && now - concludedAt < GRACE_MS) return { kind: "leave" };
  return { kind: announcedAt === undefined ? "finish" : "delist" };
}

function hasClaimed({ pair, requestId }: JanitorView, { attempts }: PromotionState): boolean {
  const lease = pair.lease?.holder === requestId ? pair.lease : undefined;
  return pair.open?.requestId === requestId || (lease?.closed ?? 0) > 0 || attempts.length > 0;
}

function concludeAs(
  outcome: "cancelled" | "expired" | "halted" | "refused",
  code: "pair-removed" | "terminated-by-hand" | "run-lost" | "run-lost-after-claim",
  detail: string,
): Chore {
  return { kind: "conclude", ending: { outcome, reason: reason(code, detail) } };
}
