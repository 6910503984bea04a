import { changeBy, isEnd, type OperationSeen, type OperationState } from "../domain/swap/operation";
import type { Ports } from "../ports/ports";

export interface OperationInput {
  readonly nonce: string;
  /** Whether the attempt's verdict says that its address was stored. */
  readonly named: boolean;
}

/**
 * Reads the operation of an attempt once, at its newest address, and stores the next address or the result. The
 * orchestration does the waiting; the address stays out of its history.
 */
export async function followOperation(input: OperationInput, ports: Ports): Promise<OperationSeen> {
  const { nonce, named } = input;
  let state: OperationState | undefined;
  try {
    state = await ports.operations.read(nonce);
  } catch (fault) {
    ports.log.warn("the address of an operation could not be read back yet", { fault });
    return { kind: "pending" };
  }
  if (!state) return { kind: named ? "pending" : "unnamed" };
  if (isEnd(state.at)) return state.at;
  const read = await ports.cloudServices.readOperation(state.at);
  const change = changeBy(state, read);
  try {
    if (change) await ports.operations.signal(nonce, change);
  } catch (fault) {
    // The next read at the previous address finds the same again.
    ports.log.warn("the state of an operation could not be stored", { fault });
  }
  if (read.kind !== "running") return read;
  const { newest: _secret, ...seen } = read;
  if (seen.detail !== undefined)
    ports.log.warn("a new address of an operation is not followed", { detail: seen.detail });
  return seen;
}
