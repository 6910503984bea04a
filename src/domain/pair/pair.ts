import type { ChainHead } from "../audit/chain";
import type { Outcome } from "../kernel/outcome";
import type { Reason } from "../kernel/reason-codes";
import type { Direction, AttemptVerdict, ClaimRefusal, Proof } from "../swap/attempt";

/** The one open attempt of a pair. Only the execution with this nonce may send the PUT. */
export interface OpenAttempt {
  readonly requestId: string;
  readonly direction: Direction;
  readonly n: number;
  readonly nonce: string;
  readonly epoch: number;
  readonly planHash: string;
  readonly claimedAt: number;
  readonly verdict?: AttemptVerdict;
  readonly reportedAt?: number;
}

/** The right to swap this pair. One promotion at a time has it, and no other can take it away. */
export interface Lease {
  readonly holder: string;
  readonly epoch: number;
  readonly since: number;
  /** Attempts closed under this lease; the next one is `closed + 1`. */
  readonly closed: number;
  /** Lost attempts in the current direction, including those under earlier leases of the promotion. */
  readonly unknowns: number;
  /** Set once an attempt is closed as done. */
  readonly swapped?: { readonly direction: Direction; readonly at: number; readonly detail: string };
  /** Without an order, no rollback can be claimed. */
  readonly order?: RollbackOrder;
  /** The soak is over: a rollback can no longer be ordered. */
  readonly watched?: boolean;
}

/** The decision to roll back, by the soak or by a person. */
export interface RollbackOrder {
  readonly id: string;
  readonly cause: "regression" | "person";
  readonly by: string;
  /** Object id of the person. */
  readonly oid?: string;
  /** The regression, or the person's note. */
  readonly note: string;
  readonly at: number;
}

/** Nothing new is claimed until a person releases the hold. */
export interface Hold {
  readonly id: string;
  readonly at: number;
  readonly reason: Reason;
  /** The promotion whose outcome set it. */
  readonly requestId?: string;
  /** The person who set it; absent for a hold of an outcome. */
  readonly by?: string;
  /** If a person set it: a hash of the whole reason; `reason` has only its beginning. */
  readonly words?: string;
}

export interface Cancel {
  readonly id: string;
  readonly requestId: string;
  readonly by: string;
  readonly note: string;
  readonly at: number;
}

/** A stored answer under the id of its operation, for callers that signal and then read back. */
export interface Answer {
  readonly id: string;
  readonly answer: PairAnswer;
}

export type PairAnswer =
  | "granted"
  | "done"
  | ClaimRefusal
  | CancelRefusal
  | OrderRefusal
  | HoldRefusal
  /** The same hold with the same reason was set before. */
  | "stands"
  | "queue-full"
  | "pair-busy"
  | "no-hold";

/** Why a rollback is refused: no swap yet, or its soak is over. */
export type OrderRefusal = "not-swapped" | "watch-over";

export type CancelRefusal = "attempt-open" | "too-late" | "not-registered";

/** Why a hold is refused: it was released before, too many exist, or its id has another reason. */
export type HoldRefusal = "released" | "too-many-holds" | "other-words";

/** The pair coordinator: durable state of the `pair` entity, keyed by the key of the pair. */
export interface PairState {
  readonly v: 1;
  readonly epoch: number;
  /** Every promotion of this pair that is not announced yet. The reconciler checks them. */
  readonly registered: readonly {
    readonly requestId: string;
    readonly at: number;
    /** Has an outcome; never acquires the lease again. */
    readonly left?: boolean;
    /** Lost attempts under leases that it released. */
    readonly unknowns?: number;
  }[];
  /** Promotions that wait for the lease, in order. */
  readonly queue: readonly { readonly requestId: string; readonly since: number }[];
  readonly lease?: Lease;
  readonly open?: OpenAttempt;
  readonly holds: readonly Hold[];
  readonly cancels: readonly Cancel[];
  readonly answers: readonly Answer[];
  /** The current page of the index, its number of entries, and the time of the last one, see `index-page.ts`. */
  readonly index: { readonly page: number; readonly count: number; readonly at?: number };
  readonly released?: { readonly at: number; readonly by: string; readonly note: string };
  /** Recently released holds. They stay released if their setting is delivered again. */
  readonly releasedHolds?: readonly string[];
  /** Where the pair's audit chain ends. */
  readonly audit?: ChainHead;
}

/** Operations on a pair. Each names what it changes; `at` is the caller's clock. */
export type PairOperation =
  /** Changes nothing. */
  | { readonly kind: "read"; readonly requestId: string }
  /** `kept`: it may use a place reserved for operators. */
  | { readonly kind: "register"; readonly requestId: string; readonly at: number; readonly kept?: boolean }
  | {
      readonly kind: "enqueue";
      readonly requestId: string;
      readonly at: number;
      readonly maxQueued: number;
      readonly whenBusy: "wait" | "refuse";
    }
  | { readonly kind: "acquire-lease"; readonly requestId: string; readonly at: number }
  /** Gives up position and lease, so that a promotion that waits for people does not block others. */
  | { readonly kind: "leave-queue"; readonly requestId: string; readonly at: number }
  | {
      readonly kind: "release-lease";
      readonly requestId: string;
      readonly epoch: number;
      readonly at: number;
    }
  | ({ readonly kind: "claim"; readonly at: number } & Omit<
      OpenAttempt,
      "claimedAt" | "verdict" | "reportedAt"
    >)
  | {
      readonly kind: "report";
      readonly requestId: string;
      readonly nonce: string;
      readonly verdict: AttemptVerdict;
      readonly at: number;
    }
  | {
      readonly kind: "close";
      readonly requestId: string;
      readonly nonce: string;
      readonly proof: Proof;
      readonly at: number;
    }
  | ({ readonly kind: "cancel"; readonly oid?: string } & Cancel)
  /** From the soak or a person, during verification or soak. */
  | { readonly kind: "order-rollback"; readonly requestId: string; readonly order: RollbackOrder }
  /** The soak has passed. Rollbacks that are not ordered yet are refused from now on. */
  | { readonly kind: "end-watch"; readonly requestId: string; readonly epoch: number }
  /** `id`: set if the caller reads the answer back. */
  | { readonly kind: "hold"; readonly hold: Hold; readonly id?: string; readonly oid?: string }
  | {
      readonly kind: "release";
      readonly id: string;
      readonly holdIds: readonly string[];
      readonly by: string;
      readonly oid?: string;
      readonly note: string;
      readonly at: number;
    }
  /** A person paused or resumed a schedule of the pair. Changes only the audit chain. */
  | {
      readonly kind: "note-schedule";
      readonly id: string;
      readonly what: "schedule-paused" | "schedule-resumed";
      readonly name: string;
      readonly by: string;
      readonly oid: string;
      readonly note: string;
      readonly at: number;
    }
  | { readonly kind: "leave"; readonly requestId: string; readonly concluded?: Concluded }
  | { readonly kind: "deregister"; readonly requestId: string };

export type Op<K extends PairOperation["kind"]> = Extract<PairOperation, { kind: K }>;

/** The conclusion of a promotion, for the pair's audit chain. */
export interface Concluded {
  readonly at: number;
  readonly outcome: Outcome;
  readonly ends: ChainHead;
}

/** How many promotions may be registered with one pair; fewer if their ids are long, see `hasPlaceFor`. */
export const MAX_REGISTERED = 32;

/** How many of these places are reserved for operators and break-glass. */
export const KEPT_PLACES = 3;

export const emptyPair: PairState = {
  v: 1,
  epoch: 0,
  registered: [],
  queue: [],
  holds: [],
  cancels: [],
  answers: [],
  index: { page: 0, count: 0 },
};

/** A pair as one promotion sees it; the reply to every operation. */
export interface PairView {
  readonly answer: PairAnswer;
  /** This promotion's lease. */
  readonly lease?: Lease;
  /** Another promotion that has the lease. */
  readonly holder?: string;
  /** The first promotion in the queue. */
  readonly next?: string;
  /** How many are before it in the queue; undefined if it is not in the queue. */
  readonly ahead?: number;
  /** Blocks new claims. */
  readonly hold?: Hold;
  readonly cancel?: Cancel;
  /** This promotion's open attempt. */
  readonly open?: OpenAttempt;
  /** Where the pair's audit chain ends. */
  readonly audit?: ChainHead;
}
