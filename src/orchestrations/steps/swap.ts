import { isBreakGlass } from "../../domain/approval-rule";
import { afterAttempt, afterProof, halted, type Next } from "../../domain/after-attempt";
import type { AttemptResult, AttemptVerdict } from "../../domain/attempt";
import type { Lease, PairOperation, PairView } from "../../domain/pair";
import type { SwapPlan } from "../../domain/plan";
import { settlementDeadline, untilNextLook } from "../../domain/settlement";
import type { Verified } from "../../domain/verification";
import { actBeside, applyToPairEntity, changeLedger, timeOf, type Steps } from "../calls";
import { enter, entering, progress, telling, waitFor, type Exit, type Run } from "../run";
import type { WaitKinds } from "../wait-input";
import { awaitReadiness } from "./readiness";

/** Where the runbook goes from the swap. */
export type Swapped =
  /** `verified`: what the read that proved the swap showed, when it verifies it too. */
  | { readonly kind: "verify"; readonly byUs: boolean; readonly verified?: Verified | undefined }
  | { readonly kind: "plan-again"; readonly detail: string }
  | { readonly kind: "wait-for-turn"; readonly detail: string }
  | { readonly kind: "wait-for-opening"; readonly detail: string }
  | Exit;

const BEGUN = { detail: "the platform accepted the swap; its operation has just begun" };

/**
 * Steps 6 and 7. Readiness, one attempt, and its proof; again while the platform is busy or the services are not
 * ready, until the readiness deadline. An attempt left open by an earlier run is settled first.
 */
export function* swapWhenReady(run: Run, plan: SwapPlan): Steps<Swapped> {
  let again: { detail: string; afterMs: number } | undefined;
  let settleAfterMs: number | undefined;
  for (;;) {
    const view = yield* look(run);
    if (view.lease?.swapped) return { kind: "verify", byUs: true };
    if (!view.lease) return { kind: "wait-for-turn", detail: "the lease is not held" };
    const next = view.open
      ? yield* settle(run, plan, settleAfterMs)
      : yield* attemptWhenReady(run, plan, view.lease, again);
    switch (next.kind) {
      case "settle":
        settleAfterMs = next.afterMs;
        break;
      case "observe-again":
        again = { detail: next.detail, afterMs: Math.max(next.afterMs ?? 0, plan.policy.readiness.pollMs) };
        break;
      case "wait-for-turn":
      case "wait-for-opening":
        yield* change(run, {
          kind: "give-back",
          requestId: run.requestId,
          epoch: view.lease.epoch,
          at: timeOf(run.context),
        });
        return next;
      case "verify":
      case "plan-again":
      case "end":
      case "superseded":
        return next;
    }
  }
}

/** Readiness, then one attempt; what it answered is told, and an attempt that sent nothing is closed at once. */
function* attemptWhenReady(
  run: Run,
  plan: SwapPlan,
  lease: Lease,
  again: { detail: string; afterMs: number } | undefined,
): Steps<Next | Exit> {
  const { context, requestId, pair } = run;
  const ready = yield* awaitReadiness(run, plan, again);
  if (ready.kind !== "go") return ready;
  const n = lease.closed + 1;
  const { notBefore, expiresAt } = run.began.request;
  const asked = { notBefore, expiresAt, passOpening: isBreakGlass(run.began) };
  const input = { requestId, pair, act: "forward", n, epoch: lease.epoch, plan, asked } as const;
  const started = `attempt ${n}: ${plan.incoming.name} to production`;
  // Beside the attempt, not before it: nothing stands between the look that decided and the PUT.
  const result = yield* actBeside(context, "attemptSwap", input, [
    entering(run, "swapping", `attempt ${n}`),
    telling(run, { step: "ready", detail: ready.detail }, { step: "swap-started", detail: started }),
  ]);
  yield* note(run, n, result);
  const { next, close } = afterAttempt(result, lease.unknowns);
  if (close) yield* change(run, { kind: "close", requestId, at: timeOf(context), ...close });
  return next;
}

function* note(run: Run, n: number, result: AttemptResult): Steps<void> {
  const verdict = result.kind === "attempted" ? describe(result.verdict) : result.kind;
  const correlationId =
    result.kind === "attempted" && "correlationId" in result.verdict
      ? result.verdict.correlationId
      : undefined;
  yield* changeLedger(run.context, run.requestId, {
    kind: "note-attempt",
    runId: run.runId,
    note: { at: timeOf(run.context), n, verdict, correlationId },
  });
}

function describe(verdict: AttemptVerdict): string {
  const code = "code" in verdict ? ` ${verdict.code}` : "";
  const detail = "detail" in verdict && verdict.detail ? `: ${verdict.detail}` : "";
  return `${verdict.kind}${code}${detail}`.slice(0, 300);
}

/** Follows the open attempt to its proof and closes it; an operation that has just begun is left alone for `afterMs`. */
function* settle(run: Run, plan: SwapPlan, afterMs: number | undefined): Steps<Swapped | Next> {
  const over = yield* enter(run, "swapping", "proving what the attempt did");
  if (over) return over;
  const { swap } = plan.policy;
  const now = timeOf(run.context);
  const result = yield* waitFor(
    run,
    "settlement",
    { plan },
    {
      until: settlementDeadline(swap, now) + 60_000,
      ...(afterMs === undefined ? {} : { observeAfter: now + untilNextLook(swap, afterMs), last: BEGUN }),
    },
  );
  if (result.ended === "superseded") return { kind: "superseded" };
  if (result.ended !== "decided")
    return { kind: "end", ending: halted("outcome-unproved", "settling ran out of time") };
  return yield* closeBy(run, result.verdict);
}

/** Closes the attempt by what was proved of it. */
function* closeBy(run: Run, verdict: WaitKinds["settlement"]["verdict"]): Steps<Swapped | Next> {
  const { context, requestId } = run;
  if (verdict.kind === "unproved") return { kind: "end", ending: halted("outcome-unproved", verdict.detail) };
  const { proof, nonce, verified } = verdict;
  const view =
    nonce === undefined
      ? yield* look(run)
      : yield* change(run, { kind: "close", requestId, nonce, proof, at: timeOf(context) });
  if (proof.kind === "done") yield* progress(run, "swapped", proof.detail);
  const next = afterProof(proof, verdict.verdict, verdict.failure, view.lease?.unknowns ?? 0);
  return next.kind === "verify" ? { ...next, verified } : next;
}

function* look(run: Run): Steps<PairView> {
  return yield* change(run, { kind: "look", requestId: run.requestId });
}

function* change(run: Run, operation: PairOperation): Steps<PairView> {
  return yield* applyToPairEntity(run.context, run.pair, operation);
}
