import type { OrchestrationContext } from "durable-functions";
import { withoutEvidence } from "../../domain/plan";
import type { PromotionState } from "../../domain/promotion";
import { applyToPairEntity, changeLedger, timeOf, type Steps } from "../calls";
import { overtaken, type Carried, type Run } from "../run";

/** The input of a run; the next generation of one gets what was carried over. */
export interface RunInput {
  readonly requestId: string;
  readonly carried?: Carried | undefined;
}

/**
 * Step 1. Takes charge of the promotion: a run that finds its request without an outcome resumes with what is stored;
 * only a stored outcome makes it a duplicate. A later generation goes on only while its run is in charge. Undefined
 * when there is nothing to do for it.
 */
export function* begin(context: OrchestrationContext): Steps<Run | undefined> {
  const input = context.df.getInput<RunInput | undefined>();
  if (!input?.requestId) throw new Error("a promotion was started without a request id");
  const { requestId, carried } = input;
  return carried ? yield* goOn(context, requestId, carried) : yield* takeCharge(context, requestId);
}

function* takeCharge(context: OrchestrationContext, requestId: string): Steps<Run | undefined> {
  const runId = context.df.newGuid("run");
  const at = timeOf(context);
  const began = (yield* changeLedger(context, requestId, { kind: "begin", runId, at }))?.state;
  // Who was announced has left its pair as well: enlisted again, it would be chained as concluded once more.
  if (!began || began.announcedAt !== undefined) return undefined;
  const pair = began.request.pair;
  const { lease } = yield* applyToPairEntity(context, pair, {
    kind: "enlist",
    requestId,
    at: began.acceptedAt,
  });
  const deadlines = { ...definite(began.deadlines) };
  return { context, requestId, runId, pair, began, deadlines, plan: planOf(began), lease };
}

function* goOn(context: OrchestrationContext, requestId: string, carried: Carried): Steps<Run | undefined> {
  const { runId } = carried;
  const answer = yield* changeLedger(context, requestId, { kind: "go-on", runId });
  const began = answer?.state;
  if (!began || overtaken({ runId }, answer)) return undefined;
  const pair = began.request.pair;
  const { lease } = yield* applyToPairEntity(context, pair, { kind: "look", requestId });
  const deadlines = { ...carried.deadlines };
  return { context, requestId, runId, pair, began, carried, deadlines, plan: planOf(began), lease };
}

function planOf({ plan }: PromotionState): Run["plan"] {
  return plan && withoutEvidence(plan);
}

function definite(stored: PromotionState["deadlines"]): Run["deadlines"] {
  return Object.fromEntries(Object.entries(stored).filter(([, deadline]) => deadline !== undefined));
}
