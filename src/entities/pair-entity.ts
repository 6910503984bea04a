import { type EntityContext, EntityId } from "durable-functions";
import { type Digest, pairChain } from "../domain/audit/chain";
import type { PairKey } from "../domain/kernel/pair-key";
import { auditStep } from "../domain/pair/audit";
import { changeIndex, type IndexChange, indexKey, type IndexPage } from "../domain/pair/index-page";
import { viewOf } from "../domain/pair/operations";
import type { PairOperation, PairState } from "../domain/pair/pair";
import { recordAll } from "./audit-entity";

/**
 * The coordinator of one pair, keyed by the pair's key (`pair-key.ts`). Operation `apply` takes a `PairOperation` and
 * returns the `PairView` of the promotion it names, or nothing if it names none. Never purged.
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
      const change: IndexChange = { kind: "add", requestId, at };
      context.df.signalEntity(new EntityId("index", indexKey(pair, page)), "change", change);
    }
    if ("requestId" in operation) context.df.return(viewOf(step.state, operation.requestId, step.answer));
  };
}

/** One page of the index of a pair's promotions. Operation `change` takes an `IndexChange`. */
export function indexEntity(context: EntityContext<IndexPage>): void {
  const change = context.df.getInput<IndexChange>();
  if (context.df.operationName !== "change" || !change) return;
  context.df.setState(changeIndex(context.df.getState(), change));
}
