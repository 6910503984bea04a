import type { AttemptVerdict, OperationAddress, OperationEnd, OperationRead } from "./attempt";

/**
 * The operation of one attempt, stored under the attempt's nonce: its address while it runs, then its end. It is a
 * separate entity because an address takes thousands of characters, too many for the state of the pair.
 */
export interface OperationState {
  readonly v: 1;
  /** Counts the changes of `at`, so that an older read does not overwrite a newer one. */
  readonly n: number;
  readonly at: OperationAddress | OperationEnd;
}

/** Each change may arrive twice, late or out of order. */
export type OperationChange =
  /** The reply that accepted the swap names the operation. */
  | { readonly kind: "begun"; readonly address: OperationAddress }
  /** A read that began with state number `n` found a new address or the end. */
  | { readonly kind: "moved"; readonly n: number; readonly at: OperationAddress | OperationEnd };

/** The operation as orchestrations see it. The secret address never enters their history. */
export type OperationSeen =
  | Exclude<OperationRead, { kind: "running" }>
  | Omit<Extract<OperationRead, { kind: "running" }>, "newest">
  /** An address was reported, but cannot be read back yet. */
  | { readonly kind: "pending" }
  /** No address was reported. */
  | { readonly kind: "unnamed" };

/** Applies one change. An outdated change has no effect. */
export function applyToOperation(
  state: OperationState | undefined,
  change: OperationChange,
): OperationState | undefined {
  if (change.kind === "begun") return state ?? { v: 1, n: 0, at: change.address };
  if (state?.n !== change.n || isEnd(state.at)) return state;
  return { v: 1, n: state.n + 1, at: change.at };
}

export function isEnd(seen: OperationSeen | OperationState["at"] | undefined): seen is OperationEnd {
  return seen !== undefined && "kind" in seen && (seen.kind === "succeeded" || seen.kind === "failed");
}

/** The change that a read makes: a new address or the end, otherwise none. */
export function changeBy({ n }: OperationState, read: OperationRead): OperationChange | undefined {
  if (read.kind === "unreadable") return undefined;
  if (read.kind !== "running") return { kind: "moved", n, at: read };
  return read.newest && { kind: "moved", n, at: read.newest };
}

/** Whether an attempt may have an operation to poll. */
export function mayHaveOperation(verdict: AttemptVerdict | undefined): boolean {
  return verdict === undefined || isFollowed(verdict);
}

/** Whether the holder of the claim has stored an address. */
export function isFollowed(verdict: AttemptVerdict | undefined): boolean {
  return verdict?.kind === "accepted" && verdict.followed === true;
}
