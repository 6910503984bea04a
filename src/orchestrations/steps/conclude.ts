import type { Ending } from "../../domain/completion-event";
import { chainHead, emptyChain } from "../../domain/audit-chain";
import { needsHold } from "../../domain/outcome";
import { haltOf } from "../../domain/hold";
import type { ChangeAnswer } from "../../entities/promotion-entity";
import { act, applyToPairEntity, changeLedger, timeOf, type Steps } from "../calls";
import { waitFor, type Run } from "../run";

/** How long a run keeps publishing before it leaves that to the janitor. */
const ANNOUNCEMENT_MS = 60 * 60_000;
/** And when the janitor does not know of it. */
const ALONE_MS = 30 * 24 * 60 * 60_000;

/**
 * Step 10. Stores the outcome with the frozen bytes of its event; sets the hold it asks for; leaves the line and
 * releases the lease; publishes until accepted; marks it announced. The first outcome stored stands.
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
  if (next !== undefined) yield* act(context, "wakeNext", { pair, pairKey });
  if (!stored.announced && !(yield* announce(run, ANNOUNCEMENT_MS))) return;
  yield* changeLedger(context, requestId, { kind: "announced", at: timeOf(context) });
  yield* applyToPairEntity(context, pairKey, { kind: "delist", requestId });
}

/** The end of what its pair had no room for: there is nothing to leave. */
function* announceAlone(run: Run, announced: boolean): Steps<void> {
  const { context, requestId } = run;
  if (announced || !(yield* announce(run, ALONE_MS))) return;
  yield* changeLedger(context, requestId, { kind: "announced", at: timeOf(context) });
}

/** The outcome that stands: the one found when the run began, or what the ledger made of this ending. */
function* store(
  { context, requestId, runId, pairKey, began, turnedAway }: Run,
  ending: Ending | undefined,
): Steps<Pick<ChangeAnswer, "conclusion" | "announced" | "audit"> | undefined> {
  if (!ending)
    return {
      conclusion: began.conclusion,
      announced: false,
      audit: began.audit && chainHead(began.audit),
    };
  // The event tells where the pair's own chain stood, so that nothing can be cut off it unseen; of what the pair never took
  // up no export knows, and it says so.
  const look = { kind: "read", requestId } as const;
  const pairAudit = turnedAway
    ? null
    : ((yield* applyToPairEntity(context, pairKey, look)).audit ?? emptyChain);
  return yield* changeLedger(context, requestId, {
    kind: "conclude",
    runId,
    ending: { ...ending, pairAudit },
    at: timeOf(context),
  });
}

function* announce(run: Run, forMs: number): Steps<boolean> {
  const { context, requestId } = run;
  if (yield* act(context, "publishCompletion", { requestId })) return true;
  const until = timeOf(context) + forMs;
  const result = yield* waitFor(run, "announcement", {}, { until });
  return result.ended === "decided";
}
