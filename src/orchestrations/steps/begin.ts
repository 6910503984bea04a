import type { OrchestrationContext } from "durable-functions";
import { reason } from "../../domain/kernel/reason-codes";
import { mayTakeKeptPlace } from "../../domain/kernel/swap-request";
import { withoutEvidence } from "../../domain/plan/plan";
import { pairOf, type PromotionState } from "../../domain/promotion/state";
import { applyToPairEntity, changeRecord, type Steps, timeOf } from "../calls";
import type { Carried, RunInput } from "../generation";
import { overtaken, type Run } from "../run";

/**
 * Step 1. Creates the promotion record and registers it with its pair, or resumes a promotion without an outcome. A later
 * generation continues only while its run is in charge. Undefined if there is nothing to do.
 */
export function* begin(context: OrchestrationContext): Steps<Run | undefined> {
  const input = context.df.getInput<RunInput | undefined>();
  if (!input?.requestId) throw new Error("a promotion was started without a request id");
  const { carried } = input;
  return carried ? yield* goOn(context, input.requestId, carried) : yield* takeCharge(context, input);
}

function* takeCharge(
  context: OrchestrationContext,
  { requestId, registration }: RunInput,
): Steps<Run | undefined> {
  const runId = context.df.newGuid("run");
  const at = timeOf(context);
  const began = (yield* changeRecord(context, requestId, { kind: "begin", runId, at, registration }))?.state;
  // An announced promotion has left its pair: registering it again would add a second conclusion to the audit chain.
  if (!began || began.announcedAt !== undefined) return undefined;
  const { key: pairKey } = pairOf(began);
  const kept = mayTakeKeptPlace(began.origin);
  const register = { kind: "register", requestId, at: began.acceptedAt, kept } as const;
  const { lease, answer } = yield* applyToPairEntity(context, pairKey, register);
  const deadlines = { ...began.deadlines };
  const run = { ...runOf(context, began), runId, deadlines, waits: 0, lease };
  if (answer !== "queue-full") return run;
  const detail = `pair ${run.pair} has too many unfinished promotions`;
  return { ...run, turnedAway: { outcome: "refused", reason: reason(answer, detail) } };
}

function* goOn(context: OrchestrationContext, requestId: string, carried: Carried): Steps<Run | undefined> {
  const { runId } = carried;
  const answer = yield* changeRecord(context, requestId, { kind: "go-on", runId });
  const began = answer?.state;
  if (!began || overtaken({ runId }, answer)) return undefined;
  const { key: pairKey } = pairOf(began);
  const { lease } = yield* applyToPairEntity(context, pairKey, { kind: "read", requestId });
  const { deadlines, waits } = carried;
  return { ...runOf(context, began), runId, carried, deadlines: { ...deadlines }, waits, lease };
}

function runOf(context: OrchestrationContext, began: PromotionState) {
  const { requestId, request } = began;
  const plan = began.plan && withoutEvidence(began.plan);
  return { context, requestId, pair: request.pair, pairKey: pairOf(began).key, began, plan };
}
