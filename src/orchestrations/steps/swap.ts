import { afterAttempt, afterProof, halted, type Next } from "../../domain/after-attempt";
import type { AttemptResult, AttemptVerdict } from "../../domain/attempt";
import type { Lease, PairOperation, PairView } from "../../domain/pair";
import type { Plan } from "../../domain/plan";
import { settlementDeadline } from "../../domain/settlement";
import { act, applyToPairEntity, changeLedger, timeOf, type Steps } from "../calls";
import { enter, progress, waitFor, type Exit, type Run } from "../run";
import { awaitReadiness } from "./readiness";

/** Where the runbook goes from the swap. */
export type Swapped =
  | { readonly kind: "verify"; readonly byUs: boolean }
  | { readonly kind: "plan-again"; readonly detail: string }
  | { readonly kind: "wait-for-turn"; readonly detail: string }
  | Exit;

/**
 * Steps 6 and 7. Readiness, one attempt, and its proof; again while the platform is busy or the services are not
 * ready, until the readiness deadline. An attempt left open by an earlier run is settled first.
 */
export function* swapWhenReady(run: Run, plan: Plan): Steps<Swapped> {
  let again: { detail: string; afterMs: number } | undefined;
  for (;;) {
    const view = yield* look(run);
    if (view.lease?.swapped) return { kind: "verify", byUs: true };
    if (!view.lease) return { kind: "wait-for-turn", detail: "the lease is not held" };
    if (!view.open) {
      const ready = yield* awaitReadiness(run, plan, again);
      if (ready.kind !== "go") return ready;
    }
    const next = view.open ? yield* settle(run, plan) : yield* attempt(run, plan, view.lease);
    switch (next.kind) {
      case "settle":
        break;
      case "observe-again":
        again = { detail: next.detail, afterMs: Math.max(next.afterMs ?? 0, plan.policy.readiness.pollMs) };
        break;
      case "wait-for-turn":
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

/** Step 7. One attempt; what it answered is told, and an attempt that sent nothing is closed at once. */
function* attempt(run: Run, plan: Plan, lease: Lease): Steps<Next> {
  const { context, requestId, pair } = run;
  const n = lease.closed + 1;
  yield* enter(run, "swapping", `attempt ${n}`);
  yield* progress(run, "swap-started", `attempt ${n}: ${plan.incoming.name} to production`);
  const result = yield* act(context, "attemptSwap", {
    requestId,
    pair,
    act: "forward",
    n,
    epoch: lease.epoch,
    plan,
  });
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

/** Follows the open attempt to its proof and closes it. */
function* settle(run: Run, plan: Plan): Steps<Next | Exit> {
  const { context, requestId } = run;
  yield* enter(run, "swapping", "proving what the attempt did");
  const until = settlementDeadline(plan.policy.swap, timeOf(context)) + 60_000;
  const result = yield* waitFor(run, "settlement", { plan }, { until });
  if (result.ended === "superseded") return { kind: "superseded" };
  if (result.ended !== "decided")
    return { kind: "end", ending: halted("outcome-unproved", "settling ran out of time") };
  const { verdict } = result;
  if (verdict.kind === "unproved") return { kind: "end", ending: halted("outcome-unproved", verdict.detail) };
  const { open } = yield* look(run);
  const view = open
    ? yield* change(run, {
        kind: "close",
        requestId,
        nonce: open.nonce,
        proof: verdict.proof,
        at: timeOf(context),
      })
    : yield* look(run);
  if (verdict.proof.kind === "done") yield* progress(run, "swapped", verdict.proof.detail);
  return afterProof(verdict.proof, verdict.verdict, verdict.failure, view.lease?.unknowns ?? 0);
}

function* look(run: Run): Steps<PairView> {
  return yield* change(run, { kind: "look", requestId: run.requestId });
}

function* change(run: Run, operation: PairOperation): Steps<PairView> {
  return yield* applyToPairEntity(run.context, run.pair, operation);
}
