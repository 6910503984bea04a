import { EntityId, type EntityContext } from "durable-functions";
import { addToIndex, indexKey, type IndexPage } from "../domain/index-page";
import type { PairOperation, PairState } from "../domain/pair";
import { applyToPair, viewOf } from "../domain/pair-operations";

/**
 * The arbiter of one pair, keyed by its name. Operation `apply` takes a `PairOperation` and answers with the
 * `PairView` of the promotion it names (`undefined` for operations that name none). Never purged.
 */
export function pairEntity(context: EntityContext<PairState>): void {
  const operation = context.df.getInput<PairOperation>();
  if (context.df.operationName !== "apply" || !operation) return;
  const step = applyToPair(context.df.getState(), operation);
  context.df.setState(step.state);
  if (step.indexed) {
    const { page, requestId, at } = step.indexed;
    const target = new EntityId("index", indexKey(context.df.entityKey, page));
    context.df.signalEntity(target, "add", { requestId, at });
  }
  if ("requestId" in operation) context.df.return(viewOf(step.state, operation.requestId, step.answer));
}

/** One page of the index of a pair's promotions. Operation `add` takes `{requestId, at}`. */
export function indexEntity(context: EntityContext<IndexPage>): void {
  const entry = context.df.getInput<{ requestId: string; at: number }>();
  if (context.df.operationName !== "add" || !entry) return;
  context.df.setState(addToIndex(context.df.getState(), entry));
}
