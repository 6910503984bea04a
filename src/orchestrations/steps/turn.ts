import { reason } from "../../domain/codes";
import { MAX_ENLISTED, type PairAnswer } from "../../domain/pair";
import { mayTakeKeptPlace } from "../../domain/swap-request";
import type { SwapPlan } from "../../domain/plan";
import { act, applyToPairEntity, timeOf, type Steps } from "../calls";
import { cancelled, enter, expired, progress, untilOf, waitFor, type Exit, type Run } from "../run";

/** Step 5. Stands in line for the pair's lease; a lease that is held already, or free at the first look, costs no waiting loop. */
export function* awaitTurn(run: Run, plan: SwapPlan, note?: string): Steps<{ readonly kind: "go" } | Exit> {
  if (run.lease) return { kind: "go" };
  const { context, requestId, pair, pairKey } = run;
  const { queue } = plan.policy;
  run.deadlines.turn ??= timeOf(context) + queue.deadlineMs;
  const over = yield* enter(run, "awaiting-turn", note);
  if (over) return over;
  const at = timeOf(context);
  const { whenBusy } = queue;
  // An operator's has its place among those that are enlisted, however many stand in line.
  const maxQueued = mayTakeKeptPlace(run.began.origin) ? MAX_ENLISTED : queue.maxQueued;
  const standing = { kind: "stand-in-line", requestId, at, maxQueued, whenBusy } as const;
  const { answer } = yield* applyToPairEntity(context, pairKey, standing);
  const away = turnedAway(answer, pair, maxQueued);
  if (away) return away;
  const view = yield* applyToPairEntity(context, pairKey, { kind: "take-turn", requestId, at });
  if (view.cancel) return cancelled(view.cancel);
  run.lease = view.lease;
  if (!run.lease) {
    const left = yield* waitForLease(run, run.deadlines.turn);
    if (left) return left;
  }
  yield* progress(run, "turn-taken", `holds the lease of pair ${pair}`);
  return { kind: "go" };
}

/** Gives up lease and place in line: nobody else waits for the pair because this promotion waits for something else. */
export function* stepAside(run: Run): Steps<void> {
  const { context, requestId, pair, pairKey } = run;
  const at = timeOf(context);
  const { next } = yield* applyToPairEntity(context, pairKey, { kind: "step-aside", requestId, at });
  run.lease = undefined;
  if (next !== undefined) yield* act(context, "wakeNext", { pair, pairKey });
}

function turnedAway(answer: PairAnswer, pair: string, maxQueued: number): Exit | undefined {
  if (answer === "not-enlisted") return { kind: "superseded" };
  if (answer !== "queue-full" && answer !== "turn-refused") return undefined;
  const detail = answer === "queue-full" ? `${maxQueued} promotions stand in line` : "another promotion runs";
  return { kind: "end", ending: { outcome: "refused", reason: reason(answer, `pair ${pair}: ${detail}`) } };
}

function* waitForLease(run: Run, deadline: number): Steps<Exit | undefined> {
  const until = untilOf(run, deadline);
  const result = yield* waitFor(run, "turn", {}, { until });
  switch (result.ended) {
    case "decided":
      run.lease = result.verdict;
      return undefined;
    case "cancelled":
      return cancelled(result.cancel);
    case "superseded":
      return { kind: "superseded" };
    case "expired":
      return expired(run, "turn", "turn-expired", result.last, until);
  }
}
