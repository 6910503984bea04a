/** One service of a pair. Its side never changes. */
export type Side = "blue" | "green";

export type Slot = "production" | "staging";

/** Times are milliseconds since the epoch, durations milliseconds. */
export interface SwapRequest {
  readonly requestId: string;
  readonly pair: string;
  readonly promote: Side | "staging";
  readonly reason: string;
  /** Unverified, unless it is the name of `RequestOrigin.principal`; see `requesterOf`. */
  readonly requestedBy: string;
  readonly expect?: { readonly version: string };
  /** The swap does not start before this time. */
  readonly notBefore?: number;
  /** The promotion expires if it has not started to swap by then. */
  readonly expiresAt?: number;
  /** Can only tighten the policy of the pair: more approvals. */
  readonly approval?: { readonly quorum: number };
  /** Can only tighten the policy of the pair: a longer stableFor, a shorter deadline. */
  readonly readiness?: { readonly stableForMs?: number; readonly deadlineMs?: number };
  /** Can only tighten the policy of the pair: a longer soak. */
  readonly soak?: { readonly forMs?: number };
  /** A rollback would do harm (after a migration, for example): a regression halts instead. */
  readonly irreversible?: boolean;
}

export interface RequestOrigin {
  readonly channel: "queue" | "http" | "schedule";
  /** The verified caller. */
  readonly principal?: { readonly oid: string; readonly name: string; readonly application?: boolean };
  /** An operator bypasses gate and deployment window, for this reason. */
  readonly breakGlass?: { readonly reason: string };
  /** The caller has the operator permission. */
  readonly operator?: boolean;
}

/** Whether it may use a place reserved for operators, so that other callers cannot block them. */
export function mayTakeKeptPlace({ operator, breakGlass }: RequestOrigin): boolean {
  return operator === true || breakGlass !== undefined;
}

export function otherSide(side: Side): Side {
  return side === "blue" ? "green" : "blue";
}
