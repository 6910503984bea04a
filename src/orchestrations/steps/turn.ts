import { reason } from "../../domain/codes";
import type { SwapPlan } from "../../domain/plan";
import { applyToPairEntity, timeOf, type Steps } from "../calls";
import { cancelled, enter, expired, progress, untilOf, waitFor, type Exit, type Run } from "../run";

/** Step 5. Stands in line for the pair's lease; a lease that is held already, or free at the first look, costs no waiting loop. */
export function* awaitTurn(run: Run, plan: SwapPlan, note?: string): Steps<{ readonly kind: "go" } | Exit> {
  if (run.lease) return { kind: "go" };
  const { context, requestId, pair } = run;
  const { line, turn } = plan.policy;
  run.deadlines.turn ??= timeOf(context) + turn.deadlineMs;
  yield* enter(run, "awaiting-turn", note);
  const at = timeOf(context);
  const { answer } = yield* applyToPairEntity(context, pair, {
    kind: "stand-in-line",
    requestId,
    at,
    ...line,
  });
  if (answer === "queue-full" || answer === "turn-refused") {
    const detail =
      answer === "queue-full" ? `${line.maxQueued} promotions stand in line` : "another promotion runs";
    return { kind: "end", ending: { outcome: "refused", reason: reason(answer, `pair ${pair}: ${detail}`) } };
  }
  const view = yield* applyToPairEntity(context, pair, { kind: "take-turn", requestId, at });
  if (view.cancel) return cancelled(view.cancel);
  run.lease = view.lease;
  if (!run.lease) {
    const left = yield* waitForLease(run, run.deadlines.turn);
    if (left) return left;
  }
  yield* progress(run, "turn-taken", `holds the lease of pair ${pair}`);
  return { kind: "go" };
}

function* waitForLease(run: Run, deadline: number): Steps<Exit | undefined> {
  const result = yield* waitFor(run, "turn", {}, { until: untilOf(run, deadline) });
  switch (result.ended) {
    case "decided":
      run.lease = result.verdict;
      return undefined;
    case "cancelled":
      return cancelled(result.cancel);
    case "superseded":
      return { kind: "superseded" };
    case "expired":
      return expired(run, "turn", "turn-expired", result.last);
  }
}
