import { describeTrouble, type ProbeResult, probesIncoming } from "../../domain/cloud-service/probe";
import type { Lease, RollbackOrder } from "../../domain/pair/pair";
import type { SwapPlan } from "../../domain/plan/plan";
import { afterAttempt, halted } from "../../domain/promotion/next-step";
import {
  describeOrder,
  nextOfRollback,
  reversed,
  rolledBack,
  withCause,
} from "../../domain/promotion/rollback";
import type { AttemptResult } from "../../domain/swap/attempt";
import type { Verified } from "../../domain/swap/verification";
import { callActivity, changeRecord, type Steps, timeOf, together } from "../calls";
import { enter, enterTask, type Exit, progressTask, type Run, waitFor } from "../run";
import type { Wait } from "../wait-input";
import { change, check, note, settle, type Settled } from "./settle";
import type { AttemptAgain } from "./swap";

/**
 * Step 9, for a rollback: a swap with the sides exchanged, claimed and proved like the forward swap. Holds, deployment
 * windows and gates do not block it. If it cannot be done or proved, the promotion is halted.
 */
export function* rollback(run: Run, plan: SwapPlan, order: RollbackOrder): Steps<Exit | AttemptAgain> {
  const { context, requestId, runId, deadlines } = run;
  if (deadlines.rollback === undefined) {
    yield* changeRecord(context, requestId, { kind: "watched", runId, rollback: order });
    deadlines.rollback = timeOf(context) + plan.policy.readiness.deadlineMs;
    const over = yield* enter(run, "rolling-back", describeOrder(order));
    if (over) return over;
  }
  const back = reversed(plan);
  const done = yield* untilDone(run, back, deadlines.rollback);
  if (done.kind === "verify") return yield* verifyRollback(run, back, order, done.verified);
  return done.kind === "end" ? { kind: "end", ending: withCause(done.ending, order) } : done;
}

type Done = { readonly kind: "verify"; readonly verified?: Verified } | AttemptAgain | Exit;

/** One attempt and its proof, and the pause before the next attempt if needed. */
function* untilDone(run: Run, back: SwapPlan, deadline: number): Steps<Done> {
  let settleAfterMs: number | undefined;
  for (;;) {
    const found = yield* proceed(run, back, settleAfterMs);
    if (found.kind === "superseded") return found;
    const next = nextOfRollback(found);
    if (next.kind === "end") return next;
    if (next.kind === "verify")
      return { ...next, verified: "verified" in found ? found.verified : undefined };
    if (next.kind !== "settle") return yield* pause(run, back, next, deadline);
    settleAfterMs = next.afterMs;
  }
}

/** One attempt, or the proof of the open one. */
function* proceed(run: Run, back: SwapPlan, settleAfterMs: number | undefined): Steps<Settled> {
  const { lease, open } = yield* check(run);
  if (lease?.swapped?.direction === "rollback") return { kind: "verify", byUs: true };
  if (!lease) return { kind: "end", ending: halted("rollback-failed", "the lease is no longer held") };
  return open ? yield* settle(run, back, "rollback", settleAfterMs) : yield* attempt(run, back, lease);
}

/** One attempt. The old service is probed in parallel, for the record only. */
function* attempt(run: Run, back: SwapPlan, lease: Lease): Steps<Settled> {
  const { context, requestId, pair, pairKey } = run;
  const n = lease.closed + 1;
  const input = {
    requestId,
    pair,
    pairKey,
    direction: "rollback",
    n,
    epoch: lease.epoch,
    plan: back,
  } as const;
  const started = `attempt ${n}: ${back.incoming.name} back to production`;
  const probes = back.policy.probes?.filter(probesIncoming) ?? [];
  const [result, , , answers = []] = (yield* together(context, [
    callActivity(context, "attemptSwap", input),
    enterTask(run, "rolling-back", `attempt ${n}`),
    progressTask(run, { step: "rollback-started", detail: started }),
    ...(probes.length > 0 ? [callActivity(context, "runProbes", { probes, at: "staging" })] : []),
  ])) as [AttemptResult, unknown, unknown, ProbeResult[]?];
  yield* note(run, "rollback", n, result, evidenceOf(result, answers));
  const { next, close } = afterAttempt(result, lease.unknowns);
  if (close) yield* change(run, { kind: "close", requestId, at: timeOf(context), ...close });
  return next;
}

function evidenceOf(result: AttemptResult, answers: readonly ProbeResult[]): string[] {
  const trouble = describeTrouble(answers);
  const platform = result.kind === "attempted" ? result.evidence : undefined;
  return [
    ...(trouble === "" ? [] : [`old production: ${trouble}`]),
    ...(platform === undefined ? [] : [`not running: ${platform}`]),
  ];
}

/** Waits before the next attempt. Ends the promotion after the deadline. */
function* pause(
  run: Run,
  { policy }: SwapPlan,
  { detail, afterMs = 0 }: { readonly detail: string; readonly afterMs?: number },
  deadline: number,
): Steps<Exit | AttemptAgain> {
  const now = timeOf(run.context);
  if (now >= deadline)
    return { kind: "end", ending: halted("rollback-failed", `not possible by its deadline: ${detail}`) };
  const observeAfter = Math.min(now + Math.max(afterMs, policy.swap.pollMs), deadline);
  const last = { detail: `the rollback will be tried again: ${detail}` };
  const result = yield* waitFor(run, "rollback", {}, { until: deadline + 60_000, observeAfter, last });
  return result.ended === "superseded"
    ? { kind: "superseded" }
    : { kind: "attempt-again", detail: last.detail, afterMs: 0 };
}

/** The outcome is `rolled-back` only after a read that shows the old service in production. */
function* verifyRollback(run: Run, back: SwapPlan, order: RollbackOrder, verified?: Verified): Steps<Exit> {
  if (verified) return { kind: "end", ending: rolledBack(order, verified) };
  const until = timeOf(run.context) + back.policy.verification.deadlineMs;
  const about = { plan: back, probes: [], orderable: false };
  const result = yield* waitFor(run, "verification", about, { until });
  if (result.ended === "superseded") return { kind: "superseded" };
  if (result.ended === "decided" && result.verdict.kind === "verified")
    return { kind: "end", ending: rolledBack(order, result.verdict) };
  const { last, memory } =
    result.ended === "expired"
      ? result
      : { last: "the verification ended without a read", memory: undefined };
  const ending = { ...halted("verification-failed", last), finalRead: memory?.finalRead };
  return { kind: "end", ending: withCause(ending, order) };
}

/** The pause before the next attempt of a rollback. */
export const rollbackWait: Wait<"rollback"> = {
  cancellable: false,
  endsWith: "the time until the next attempt has passed",
  next: "the rollback is tried again; without success by its deadline the promotion is halted",
  // The attempt makes its own reads, so there is nothing to observe.
  // eslint-disable-next-line require-yield
  *observe() {
    return { kind: "decided", verdict: "go" };
  },
};
