import type { AttemptVerdict, OperationAddress, OperationEnd, OperationRead } from "./attempt";

/**
 * What is kept of the operation of one attempt, under the attempt's nonce: where to ask next while it runs, then how it
 * ended. It has a place of its own because an address takes thousands of characters, more than its pair has room for.
 */
export interface OperationState {
  readonly v: 1;
  /** Counts the changes of `at`, so that a read that began earlier does not undo a later one. */
  readonly n: number;
  readonly at: OperationAddress | OperationEnd;
}

/** Changes of what is kept; each may come twice, late or out of order. */
export type OperationChange =
  /** The platform named the operation when it accepted the swap. */
  | { readonly kind: "begun"; readonly address: OperationAddress }
  /** A read that began with the state numbered `n` showed where to ask next, or how it ended. */
  | { readonly kind: "moved"; readonly n: number; readonly at: OperationAddress | OperationEnd };

/** What the wait for an attempt's proof learns of its operation. The address itself never enters a history. */
export type OperationSeen =
  | Exclude<OperationRead, { kind: "running" }>
  | Omit<Extract<OperationRead, { kind: "running" }>, "newest">
  /** It was named, but its address cannot be read back yet. */
  | { readonly kind: "pending" }
  /** Nobody has named one. */
  | { readonly kind: "unnamed" };

/** Applies one change; what does not fit any more changes nothing. */
export function applyToOperation(
  state: OperationState | undefined,
  change: OperationChange,
): OperationState | undefined {
  if (change.kind === "begun") return state ?? { v: 1, n: 0, at: change.address };
  if (state?.n !== change.n || isEnd(state.at)) return state;
  return { v: 1, n: state.n + 1, at: change.at };
}

/** Whether that says how the operation ended. */
export function isEnd(seen: OperationSeen | OperationState["at"] | undefined): seen is OperationEnd {
  return seen !== undefined && "kind" in seen && (seen.kind === "succeeded" || seen.kind === "failed");
}

/** What a read changes of the state it began with: nothing, unless it named another address or an end. */
export function changeBy({ n }: OperationState, read: OperationRead): OperationChange | undefined {
  if (read.kind === "unreadable") return undefined;
  if (read.kind !== "running") return { kind: "moved", n, at: read };
  return read.newest && { kind: "moved", n, at: read.newest };
}

/** Whether an attempt may have an operation to ask: not once a reply without one is known. */
export function mayHaveOperation(verdict: AttemptVerdict | undefined): boolean {
  return verdict === undefined || isFollowed(verdict);
}

/** Whether the winner of the claim has said that it kept an address. */
export function isFollowed(verdict: AttemptVerdict | undefined): boolean {
  return verdict?.kind === "accepted" && verdict.followed === true;
}
