import type { OrchestrationContext } from "durable-functions";
import type { OpenAttempt, PairOperation, PairView } from "../../domain/pair/pair";
import type { SwapPlan } from "../../domain/plan/plan";
import { afterProof, halted, type Next } from "../../domain/promotion/next-step";
import { type AttemptResult, type Direction, outcomeOf } from "../../domain/swap/attempt";
import { isFollowed, mayHaveOperation, type OperationSeen } from "../../domain/swap/operation";
import {
  decideSettlement,
  isUnderWay,
  settlementDeadline,
  untilNextCheck,
} from "../../domain/swap/settlement";
import { type Verified, verifiedBy } from "../../domain/swap/verification";
import {
  applyToPairEntity,
  changeRecord,
  readObservedState,
  runActivity,
  type Steps,
  timeOf,
} from "../calls";
import { enter, type Exit, progress, type Run, waitFor } from "../run";
import type { Wait, WaitKinds } from "../wait-input";

const BEGUN = { detail: "the platform accepted the swap; its operation has just begun" };

/** What follows the proof of an attempt. `verified` is set if the proof's own read verifies the swap too. */
export type Settled = (Next & { readonly verified?: Verified }) | Exit;

/** Records the result of an attempt. `evidence` describes problems that did not block it. */
export function* note(
  run: Run,
  direction: Direction,
  n: number,
  result: AttemptResult,
  evidence: readonly string[] = [],
): Steps<void> {
  yield* changeRecord(run.context, run.requestId, {
    kind: "note-attempt",
    runId: run.runId,
    note: {
      at: timeOf(run.context),
      n,
      direction: direction === "rollback" ? direction : undefined,
      verdict: outcomeOf(result),
      evidence: evidence.length > 0 ? evidence.join("; ") : undefined,
    },
  });
}

/** Follows the open attempt to its proof and closes it. `afterMs` delays the first read of an operation that has just begun. */
export function* settle(
  run: Run,
  plan: SwapPlan,
  direction: Direction,
  afterMs: number | undefined,
): Steps<Settled> {
  const phase = direction === "forward" ? "swapping" : "rolling-back";
  const over = yield* enter(run, phase, "proving what the attempt did");
  if (over) return over;
  const { swap } = plan.policy;
  const now = timeOf(run.context);
  const until = settlementDeadline(swap, now) + 60_000;
  const pause = afterMs !== undefined && { observeAfter: now + untilNextCheck(swap, afterMs), last: BEGUN };
  const result = yield* waitFor(run, "settlement", { plan }, { until, ...pause });
  if (result.ended === "superseded") return { kind: "superseded" };
  if (result.ended !== "decided")
    return { kind: "end", ending: halted("outcome-unproved", "no proof by the deadline") };
  return yield* closeBy(run, direction, result.verdict);
}

/** Closes the attempt with its proof. */
function* closeBy(
  run: Run,
  direction: Direction,
  verdict: WaitKinds["settlement"]["verdict"],
): Steps<Settled> {
  const { context, requestId } = run;
  if (verdict.kind === "unproved") return { kind: "end", ending: halted("outcome-unproved", verdict.detail) };
  const { proof, nonce, verified } = verdict;
  const view =
    nonce === undefined
      ? yield* check(run)
      : yield* change(run, { kind: "close", requestId, nonce, proof, at: timeOf(context) });
  const step = direction === "forward" ? "swapped" : "rolled-back";
  if (proof.kind === "done") yield* progress(run, step, proof.detail);
  const next = afterProof(proof, verdict.verdict, verdict.failure, view.lease?.unknowns ?? 0);
  return next.kind === "verify" ? { ...next, verified } : next;
}

/** Reads this promotion's view of the pair. */
export function* check(run: Run): Steps<PairView> {
  return yield* change(run, { kind: "read", requestId: run.requestId });
}

export function* change(run: Run, operation: PairOperation): Steps<PairView> {
  return yield* applyToPairEntity(run.context, run.pairKey, operation);
}

/**
 * Follows an open attempt until reads of both services prove its effect, or that it had none. They are read after the
 * operation, and not while that is still running.
 */
export const settlementWait: Wait<"settlement"> = {
  cancellable: false,
  endsWith: "reads of both services prove the swap done or without effect",
  next: "the swap is verified; without proof by the deadline the promotion is halted",
  *observe(context, { about: { plan }, since, memory = { startedAt: since } }, { open }) {
    const { swap } = plan.policy;
    const verdict = open?.verdict;
    const operation = memory.ended ?? (yield* follow(context, open));
    const underWay = isUnderWay(memory, operation, timeOf(context), swap);
    const observed = underWay ? undefined : yield* readObservedState(context, plan);
    const decision = decideSettlement(memory, { verdict, operation, observed, now: timeOf(context) }, swap);
    if (decision.kind !== "not-yet") {
      const verified = observed && verifiedBy(plan, observed);
      return { kind: "decided", verdict: { ...decision, verdict, nonce: open?.nonce, verified } };
    }
    return {
      kind: "again",
      memory: decision.memory,
      detail: decision.detail,
      afterMs: untilNextCheck(swap, decision.retryAfterMs, timeOf(context) - since),
    };
  },
};

function* follow(
  context: OrchestrationContext,
  open: OpenAttempt | undefined,
): Steps<OperationSeen | undefined> {
  if (!open || !mayHaveOperation(open.verdict)) return undefined;
  const { nonce, verdict } = open;
  return yield* runActivity(context, "followOperation", { nonce, named: isFollowed(verdict) });
}
