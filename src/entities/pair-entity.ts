import { EntityId, type EntityContext } from "durable-functions";
import { pairChain, type Digest } from "../domain/audit-chain";
import { auditStep } from "../domain/audited-pair";
import { addToIndex, indexKey, type IndexPage } from "../domain/index-page";
import type { PairKey } from "../domain/pair-key";
import type { PairOperation, PairState } from "../domain/pair";
import { viewOf } from "../domain/pair-operations";
import { recordAll } from "./audit-entity";

/**
 * The arbiter of one pair, keyed by the key of the pair (`pair-key.ts`). Operation `apply` takes a `PairOperation` and answers with the
 * `PairView` of the promotion it names (`undefined` for operations that name none). Never purged.
 */
export function pairEntity(digest: Digest): (context: EntityContext<PairState>) => void {
  return (context) => {
    const operation = context.df.getInput<PairOperation>();
    if (context.df.operationName !== "apply" || !operation) return;
    const pair = context.df.entityKey as PairKey;
    const step = auditStep(pair, context.df.getState(), operation, digest);
    context.df.setState(step.state);
    recordAll(context, pairChain(pair), step.entries);
    if (step.indexed) {
      const { page, requestId, at } = step.indexed;
      context.df.signalEntity(new EntityId("index", indexKey(pair, page)), "add", { requestId, at });
    }
    if ("requestId" in operation) context.df.return(viewOf(step.state, operation.requestId, step.answer));
  };
}

/** One page of the index of a pair's promotions. Operation `add` takes `{requestId, at}`. */
export function indexEntity(context: EntityContext<IndexPage>): void {
  const entry = context.df.getInput<{ requestId: string; at: number }>();
  if (context.df.operationName !== "add" || !entry) return;
  context.df.setState(addToIndex(context.df.getState(), entry));
}
