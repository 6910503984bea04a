import { afterAttempt, halted } from "../../domain/after-attempt";
import type { AttemptResult } from "../../domain/attempt";
import type { Lease, SwapBackOrder } from "../../domain/pair";
import type { SwapPlan } from "../../domain/plan";
import { probesIncoming, tellTrouble, type ProbeResult } from "../../domain/probe";
import { nextOfSwapBack, reversed, swappedBack, tellOrder, withCause } from "../../domain/swap-back";
import type { Verified } from "../../domain/verification";
import { callActivity, changeLedger, timeOf, together, type Steps } from "../calls";
import { enter, entering, telling, waitFor, type Exit, type Run } from "../run";
import { change, look, note, settle, type Settled } from "./attempts";
import type { AttemptAgain } from "./swap";

/**
 * Step 9, when new production is to be swapped back: the same act with the sides exchanged, claimed and proved like the
 * forward swap. Holds, openings and gates do not stand in its way. What cannot be done, or proved, halts.
 */
export function* swapBack(run: Run, plan: SwapPlan, order: SwapBackOrder): Steps<Exit | AttemptAgain> {
  const { context, requestId, runId, deadlines } = run;
  if (deadlines.swapBack === undefined) {
    yield* changeLedger(context, requestId, { kind: "watched", runId, swapBack: order });
    deadlines.swapBack = timeOf(context) + plan.policy.readiness.deadlineMs;
    const over = yield* enter(run, "swapping-back", tellOrder(order));
    if (over) return over;
  }
  const back = reversed(plan);
  const done = yield* untilDone(run, back, deadlines.swapBack);
  if (done.kind === "verify") return yield* verifyBack(run, back, order, done.verified);
  return done.kind === "end" ? { kind: "end", ending: withCause(done.ending, order) } : done;
}

type Done = { readonly kind: "verify"; readonly verified?: Verified | undefined } | AttemptAgain | Exit;

/** One attempt and its proof, and the pause before the next one where there is to be one. */
function* untilDone(run: Run, back: SwapPlan, deadline: number): Steps<Done> {
  let settleAfterMs: number | undefined;
  for (;;) {
    const found = yield* proceed(run, back, settleAfterMs);
    if (found.kind === "superseded") return found;
    const next = nextOfSwapBack(found);
    if (next.kind === "end") return next;
    if (next.kind === "verify")
      return { ...next, verified: "verified" in found ? found.verified : undefined };
    if (next.kind !== "settle") return yield* pause(run, back, next, deadline);
    settleAfterMs = next.afterMs;
  }
}

/** One attempt, or the proof of the one that is open. */
function* proceed(run: Run, back: SwapPlan, settleAfterMs: number | undefined): Steps<Settled> {
  const { lease, open } = yield* look(run);
  if (lease?.swapped?.act === "swap-back") return { kind: "verify", byUs: true };
  if (!lease) return { kind: "end", ending: halted("swap-back-failed", "the lease is not held any more") };
  return open ? yield* settle(run, back, "swap-back", settleAfterMs) : yield* attempt(run, back, lease);
}

/** One attempt; the old side's probes are asked beside it, for the record: they do not stand in its way. */
function* attempt(run: Run, back: SwapPlan, lease: Lease): Steps<Settled> {
  const { context, requestId, pair, pairKey } = run;
  const n = lease.closed + 1;
  const input = { requestId, pair, pairKey, act: "swap-back", n, epoch: lease.epoch, plan: back } as const;
  const started = `attempt ${n}: ${back.incoming.name} back to production`;
  const probes = back.policy.probes?.filter(probesIncoming) ?? [];
  const [result, , , answers = []] = (yield* together(context, [
    callActivity(context, "attemptSwap", input),
    entering(run, "swapping-back", `attempt ${n}`),
    telling(run, { step: "swap-back-started", detail: started }),
    ...(probes.length > 0 ? [callActivity(context, "runProbes", { probes, at: "staging" })] : []),
  ])) as [AttemptResult, unknown, unknown, ProbeResult[]?];
  yield* note(run, "swap-back", n, result, evidenceOf(result, answers));
  const { next, close } = afterAttempt(result, lease.unknowns);
  if (close) yield* change(run, { kind: "close", requestId, at: timeOf(context), ...close });
  return next;
}

function evidenceOf(result: AttemptResult, answers: readonly ProbeResult[]): string[] {
  const trouble = tellTrouble(answers);
  const platform = result.kind === "attempted" ? result.evidence : undefined;
  return [
    ...(trouble === "" ? [] : [`old production: ${trouble}`]),
    ...(platform === undefined ? [] : [`not running: ${platform}`]),
  ];
}

/** Waits before the next attempt; the way out when its deadline has passed. */
function* pause(
  run: Run,
  { policy }: SwapPlan,
  { detail, afterMs = 0 }: { readonly detail: string; readonly afterMs?: number | undefined },
  deadline: number,
): Steps<Exit | AttemptAgain> {
  const now = timeOf(run.context);
  if (now >= deadline)
    return { kind: "end", ending: halted("swap-back-failed", `not possible by its deadline: ${detail}`) };
  const observeAfter = Math.min(now + Math.max(afterMs, policy.swap.pollMs), deadline);
  const last = { detail: `the swap-back is tried again: ${detail}` };
  const result = yield* waitFor(run, "swap-back", {}, { until: deadline + 60_000, observeAfter, last });
  return result.ended === "superseded"
    ? { kind: "superseded" }
    : { kind: "attempt-again", detail: last.detail, afterMs: 0 };
}

/** Only a read that shows the old service in production makes it swapped back. */
function* verifyBack(run: Run, back: SwapPlan, order: SwapBackOrder, verified?: Verified): Steps<Exit> {
  if (verified) return { kind: "end", ending: swappedBack(order, verified) };
  const until = timeOf(run.context) + back.policy.verification.deadlineMs;
  const about = { plan: back, probes: [], orderable: false };
  const result = yield* waitFor(run, "verification", about, { until });
  if (result.ended === "superseded") return { kind: "superseded" };
  if (result.ended === "decided" && result.verdict.kind === "verified")
    return { kind: "end", ending: swappedBack(order, result.verdict) };
  const { last, memory } =
    result.ended === "expired"
      ? result
      : { last: "the verification ended without a read", memory: undefined };
  const ending = { ...halted("verification-failed", last), finalRead: memory?.finalRead };
  return { kind: "end", ending: withCause(ending, order) };
}
