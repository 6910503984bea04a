import { applyToPair } from "../../src/domain/pair/operations";
import type { PairOperation, PairState } from "../../src/domain/pair/pair";

const at = 1;

/** Applies operations one after another. */
export function play(state: PairState, ...operations: readonly PairOperation[]): PairState {
  return operations.reduce((before, operation) => applyToPair(before, operation).state, state);
}

export const register = (requestId: string): PairOperation => ({ kind: "register", requestId, at });

export const enqueue = (
  requestId: string,
  maxQueued = 9,
  whenBusy: "wait" | "refuse" = "wait",
): PairOperation => ({ kind: "enqueue", requestId, at, maxQueued, whenBusy });

export const acquireLease = (requestId: string): PairOperation => ({ kind: "acquire-lease", requestId, at });

export const claim = (
  requestId: string,
  nonce: string,
  n = 1,
  direction: "forward" | "rollback" = "forward",
): PairOperation => ({ kind: "claim", requestId, direction, n, nonce, epoch: 1, planHash: "h", at });
