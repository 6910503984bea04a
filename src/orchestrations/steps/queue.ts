import { reason } from "../../domain/kernel/reason-codes";
import { mayTakeKeptPlace } from "../../domain/kernel/swap-request";
import { describeHold } from "../../domain/pair/operator-actions";
import { MAX_REGISTERED, type PairAnswer, type PairView } from "../../domain/pair/pair";
import type { SwapPlan } from "../../domain/plan/plan";
import { applyToPairEntity, runActivity, type Steps, timeOf } from "../calls";
import {
  afterWait,
  cancelled,
  enter,
  type Exit,
  expired,
  type Go,
  progress,
  type Run,
  untilOf,
  waitFor,
} from "../run";
import type { Wait } from "../wait-input";

/** Step 5. Queues for the pair's lease. Starts the waiting loop only if the lease is not free at once. */
export function* awaitLease(run: Run, plan: SwapPlan, note?: string): Steps<Go | Exit> {
  if (run.lease) return { kind: "go" };
  const { context, requestId, pair, pairKey } = run;
  const { queue } = plan.policy;
  run.deadlines.queue ??= timeOf(context) + queue.deadlineMs;
  const over = yield* enter(run, "queued", note);
  if (over) return over;
  const at = timeOf(context);
  const { whenBusy } = queue;
  // Promotions of operators are only limited by the number of registered promotions.
  const maxQueued = mayTakeKeptPlace(run.began.origin) ? MAX_REGISTERED : queue.maxQueued;
  const enqueue = { kind: "enqueue", requestId, at, maxQueued, whenBusy } as const;
  const { answer } = yield* applyToPairEntity(context, pairKey, enqueue);
  const refused = refusedBy(answer, pair, maxQueued);
  if (refused) return refused;
  const view = yield* applyToPairEntity(context, pairKey, { kind: "acquire-lease", requestId, at });
  if (view.cancel) return cancelled(view.cancel);
  run.lease = view.lease;
  if (!run.lease) {
    const exit = yield* waitForLease(run, run.deadlines.queue);
    if (exit) return exit;
  }
  yield* progress(run, "lease-acquired", `holds the lease of pair ${pair}`);
  return { kind: "go" };
}

/** Gives up lease and position, so that no other promotion is blocked while this one waits for something else. */
export function* leaveQueue(run: Run): Steps<void> {
  const { context, requestId, pair, pairKey } = run;
  const at = timeOf(context);
  const { next } = yield* applyToPairEntity(context, pairKey, { kind: "leave-queue", requestId, at });
  run.lease = undefined;
  if (next !== undefined) yield* runActivity(context, "wakeNext", { pair, pairKey });
}

function refusedBy(answer: PairAnswer, pair: string, maxQueued: number): Exit | undefined {
  if (answer === "not-registered") return { kind: "superseded" };
  if (answer !== "queue-full" && answer !== "pair-busy") return undefined;
  const detail =
    answer === "queue-full" ? `${maxQueued} promotions are in the queue` : "another promotion is running";
  return { kind: "end", ending: { outcome: "refused", reason: reason(answer, `pair ${pair}: ${detail}`) } };
}

function* waitForLease(run: Run, deadline: number): Steps<Exit | undefined> {
  const until = untilOf(run, deadline);
  const result = yield* waitFor(run, "queue", {}, { until });
  return afterWait(result, {
    decided: (lease) => {
      run.lease = lease;
      return undefined;
    },
    expired: ({ last }) => expired(run, "queue", "queue-expired", last, until),
  });
}

const CHECK_MS = 60_000;

/** Acquires the lease once this promotion is first in the queue and no hold is set. */
export const queueWait: Wait<"queue"> = {
  cancellable: true,
  checksWhenWoken: true,
  endsWith: "the pair's lease becomes free and its holds are released, or the promotion is cancelled",
  next: "the readiness of both services is checked",
  *observe(context, { pairKey, requestId }, seen) {
    const mayBeFree = seen.ahead === 0 && !seen.holder && !seen.hold;
    const view = mayBeFree
      ? yield* applyToPairEntity(context, pairKey, { kind: "acquire-lease", requestId, at: timeOf(context) })
      : seen;
    if (view.lease) return { kind: "decided", verdict: view.lease };
    return { kind: "again", detail: whyNot(view), afterMs: CHECK_MS };
  },
};

function whyNot(view: PairView): string {
  const place = view.ahead ? `${view.ahead} ahead in the queue` : "first in the queue";
  if (view.hold) return `${describeHold(view.hold)}; ${place}`;
  if (view.holder) return `promotion ${view.holder} holds the lease; ${place}`;
  return `waiting for the lease; ${place}`;
}
