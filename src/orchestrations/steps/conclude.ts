import { chainHead, emptyChain } from "../../domain/audit/chain";
import { needsHold } from "../../domain/kernel/outcome";
import { haltOf } from "../../domain/pair/operator-actions";
import type { Ending } from "../../domain/promotion/state";
import type { ChangeAnswer } from "../../entities/promotion-entity";
import { applyToPairEntity, changeRecord, runActivity, type Steps, timeOf } from "../calls";
import { type Run, waitFor } from "../run";
import type { Wait } from "../wait-input";

/** How long a run publishes before it leaves that to the reconciler. */
const ANNOUNCEMENT_MS = 60 * 60_000;
/** The same for a promotion that is not registered, which the reconciler cannot find. */
const ALONE_MS = 30 * 24 * 60 * 60_000;

/**
 * Step 10. Stores the outcome with the final bytes of its event, sets a hold if needed, leaves the queue, releases the
 * lease, and publishes until accepted. Only the first outcome is stored.
 */
export function* conclude(run: Run, ending: Ending | undefined): Steps<void> {
  const { context, requestId, pair, pairKey } = run;
  const stored = yield* store(run, ending);
  if (!stored?.conclusion) return;
  const { outcome, reason, at } = stored.conclusion;
  if (needsHold(outcome)) {
    yield* applyToPairEntity(context, pairKey, { kind: "hold", hold: haltOf(requestId, at, reason) });
  }
  if (run.turnedAway) return yield* announceAlone(run, stored.announced);
  const concluded = stored.audit && { at, outcome, ends: stored.audit };
  const { next } = yield* applyToPairEntity(context, pairKey, { kind: "leave", requestId, concluded });
  if (next !== undefined) yield* runActivity(context, "wakeNext", { pair, pairKey });
  if (!stored.announced && !(yield* announce(run, ANNOUNCEMENT_MS))) return;
  yield* changeRecord(context, requestId, { kind: "announced", at: timeOf(context) });
  yield* applyToPairEntity(context, pairKey, { kind: "deregister", requestId });
}

/** Announces a promotion that was never registered with its pair. */
function* announceAlone(run: Run, announced: boolean): Steps<void> {
  const { context, requestId } = run;
  if (announced || !(yield* announce(run, ALONE_MS))) return;
  yield* changeRecord(context, requestId, { kind: "announced", at: timeOf(context) });
}

/** The stored outcome: the one found when the run began, or the result of storing this ending. */
function* store(
  { context, requestId, runId, pairKey, began, turnedAway }: Run,
  ending: Ending | undefined,
): Steps<Pick<ChangeAnswer, "conclusion" | "announced" | "audit"> | undefined> {
  if (!ending)
    return { conclusion: began.conclusion, announced: false, audit: began.audit && chainHead(began.audit) };
  // The event names the head of the pair's chain, so that a truncated export is detected. Null: never registered.
  const read = { kind: "read", requestId } as const;
  const pairAudit = turnedAway
    ? null
    : ((yield* applyToPairEntity(context, pairKey, read)).audit ?? emptyChain);
  return yield* changeRecord(context, requestId, {
    kind: "conclude",
    runId,
    ending: { ...ending, pairAudit },
    at: timeOf(context),
  });
}

function* announce(run: Run, forMs: number): Steps<boolean> {
  const { context, requestId } = run;
  if (yield* runActivity(context, "publishCompletion", { requestId })) return true;
  const until = timeOf(context) + forMs;
  const result = yield* waitFor(run, "announcement", {}, { until });
  return result.ended === "decided";
}

const RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Publishes the stored completion event until the broker accepts it or the deadline passes. */
export const announcementWait: Wait<"announcement"> = {
  cancellable: false,
  afterOutcome: true,
  endsWith: "the broker accepts the completion event",
  next: "nothing: the outcome is stored",
  *observe(context, { requestId, since }) {
    const published = yield* runActivity(context, "publishCompletion", { requestId });
    if (published) return { kind: "decided", verdict: "published" };
    const tenth = Math.round((timeOf(context) - since) / 10);
    return {
      kind: "again",
      detail: "the broker has not accepted the completion event yet",
      afterMs: Math.min(Math.max(tenth, RETRY_MS), LONGEST_RETRY_MS),
    };
  },
};
