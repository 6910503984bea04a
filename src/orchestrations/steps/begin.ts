import type { OrchestrationContext } from "durable-functions";
import { withoutEvidence } from "../../domain/plan";
import type { PromotionState } from "../../domain/promotion";
import { applyToPairEntity, changeLedger, timeOf, type Steps } from "../calls";
import type { Run } from "../run";

/**
 * Step 1. Takes charge of the promotion: a run that finds its request without an outcome resumes with what is stored;
 * only a stored outcome makes it a duplicate. Undefined when the ledger knows no such request.
 */
export function* begin(context: OrchestrationContext): Steps<Run | undefined> {
  const input = context.df.getInput<{ requestId: string } | undefined>();
  if (!input?.requestId) throw new Error("a promotion was started without a request id");
  const { requestId } = input;
  const runId = context.df.newGuid("run");
  const at = timeOf(context);
  const began = (yield* changeLedger(context, requestId, { kind: "begin", runId, at }))?.state;
  if (!began) return undefined;
  const pair = began.request.pair;
  const view = yield* applyToPairEntity(context, pair, { kind: "enlist", requestId, at: began.acceptedAt });
  return {
    context,
    requestId,
    runId,
    pair,
    began,
    deadlines: { ...definite(began.deadlines) },
    plan: began.plan && withoutEvidence(began.plan),
    lease: view.lease,
  };
}

function definite(stored: PromotionState["deadlines"]): Run["deadlines"] {
  return Object.fromEntries(Object.entries(stored).filter(([, deadline]) => deadline !== undefined));
}
