import { sealEnding, type Ending } from "../../domain/completion-event";
import { needsHold } from "../../domain/outcome";
import type { PromotionState } from "../../domain/promotion";
import { act, applyToPairEntity, changeLedger, readLedger, timeOf, type Steps } from "../calls";
import { waitFor, type Run } from "../run";

/** How long a run keeps publishing before it leaves that to the janitor. */
const ANNOUNCEMENT_MS = 60 * 60_000;

/**
 * Step 10. Stores the outcome with the frozen bytes of its event; sets the hold it asks for; leaves the line and
 * releases the lease; publishes until accepted; marks it announced. The first outcome stored stands.
 */
export function* conclude(run: Run, ending: Ending | undefined): Steps<void> {
  const { context, requestId, pair } = run;
  const stored = yield* store(run, ending);
  if (!stored?.conclusion) return;
  const { outcome, reason, at } = stored.conclusion;
  if (needsHold(outcome)) {
    const hold = { id: `halt-${requestId}`, at, reason, requestId };
    yield* applyToPairEntity(context, pair, { kind: "hold", hold });
  }
  const { next } = yield* applyToPairEntity(context, pair, { kind: "leave", requestId });
  if (next !== undefined) yield* act(context, "wakeNext", { pair });
  if (stored.announcedAt === undefined && !(yield* announce(run))) return;
  yield* changeLedger(context, requestId, { kind: "announced", at: timeOf(context) });
  yield* applyToPairEntity(context, pair, { kind: "delist", requestId });
}

function* store(run: Run, ending: Ending | undefined): Steps<PromotionState | undefined> {
  const { context, requestId, runId } = run;
  const state = yield* readLedger(context, requestId);
  if (!state || !ending || state.conclusion) return state;
  const conclusion = sealEnding(state, ending, timeOf(context));
  const answer = yield* changeLedger(context, requestId, { kind: "conclude", runId, conclusion });
  if (answer?.outcome === outcomeOf(ending)) return { ...state, conclusion };
  return yield* readLedger(context, requestId);
}

function outcomeOf(ending: Ending): Ending["outcome"] {
  return ending.outcome;
}

function* announce(run: Run): Steps<boolean> {
  const { context, requestId } = run;
  if (yield* act(context, "publishCompletion", { requestId })) return true;
  const until = timeOf(context) + ANNOUNCEMENT_MS;
  const result = yield* waitFor(run, "announcement", {}, { until });
  return result.ended === "decided";
}
