/** The identity of one service of a pair; it never moves. */
export type Side = "blue" | "green";

/** What a service holds. */
export type Slot = "production" | "staging";

/** What somebody asked for. Times are milliseconds since the epoch, durations milliseconds. */
export interface SwapRequest {
  readonly requestId: string;
  readonly pair: string;
  readonly promote: Side | "staging";
  readonly reason: string;
  /** A declaration, unless it is the verified name of `RequestOrigin.principal`; `asker.ts` tells which. */
  readonly requestedBy: string;
  readonly expect?: { readonly version: string };
  /** The swap does not start before this time. */
  readonly notBefore?: number;
  /** The promotion ends as `expired` when it has not begun to swap by then. */
  readonly expiresAt?: number;
  /** Tighter than the pair's policy only: more people who must approve. */
  readonly approval?: { readonly quorum: number };
  /** Tighter than the pair's policy only: a longer stableFor, a shorter deadline. */
  readonly readiness?: { readonly stableForMs?: number; readonly deadlineMs?: number };
  /** Tighter than the pair's policy only: a longer soak. */
  readonly soak?: { readonly forMs?: number };
  /** Going back would do harm (a migration, for example): a regression halts instead of being rolled back. */
  readonly irreversible?: boolean;
}

/** Where a request came from; `principal` is a verified caller, `requestedBy` of the queue a mere declaration. */
export interface RequestOrigin {
  readonly channel: "queue" | "http" | "schedule";
  readonly principal?: { readonly oid: string; readonly name: string; readonly application?: boolean };
  /** An operator's word that gate and deployment window are passed, with the reason. */
  readonly breakGlass?: { readonly reason: string };
  /** The caller may operate: there is a place with the pair for what operators ask, however many others wait. */
  readonly operator?: boolean;
}

/** Whether it may take one of the places that a pair keeps: others must not be able to keep operators from acting. */
export function mayTakeKeptPlace({ operator, breakGlass }: RequestOrigin): boolean {
  return operator === true || breakGlass !== undefined;
}

export function otherSide(side: Side): Side {
  return side === "blue" ? "green" : "blue";
}
