import type { EntityContext } from "durable-functions";
import { applyToOperation, type OperationChange, type OperationState } from "../domain/swap/operation";

/** The operation of one attempt, keyed by the attempt's nonce. Operation `apply` takes an `OperationChange`. */
export function operationEntity(context: EntityContext<OperationState>): void {
  const change = context.df.getInput<OperationChange>();
  if (context.df.operationName !== "apply" || !change) return;
  const state = applyToOperation(context.df.getState(), change);
  if (state) context.df.setState(state);
}
