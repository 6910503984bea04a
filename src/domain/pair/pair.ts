import type { ChainHead } from "../audit/chain";
import type { Outcome } from "../kernel/outcome";
import type { Reason } from "../kernel/reason-codes";
import type { Direction, AttemptVerdict, ClaimRefusal, Proof } from "../swap/attempt";

/** One attempt under way; at most one per pair. Only the execution whose nonce stands here may send the PUT. */
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

/** The right to swap this pair; given to one promotion at a time, never stolen. */
export interface Lease {
  readonly holder: string;
  readonly epoch: number;
  readonly since: number;
  /** Attempts closed under this lease; the next one is `closed + 1`. */
  readonly closed: number;
  /** Attempts of the act under way that were lost, those of the promotion's earlier leases included. */
  readonly unknowns: number;
  /** Set once an attempt was closed as done. */
  readonly swapped?: { readonly direction: Direction; readonly at: number; readonly detail: string };
  /** Why this promotion is to be rolled back; without it no rollback is claimed. */
  readonly order?: RollbackOrder;
  /** The soak is over: no rollback is ordered any more. */
  readonly watched?: boolean;
}

/** The decision to roll back, taken once: by the soak, or by a person. */
export interface RollbackOrder {
  readonly id: string;
  readonly cause: "regression" | "person";
  readonly by: string;
  /** Object id of the person. */
  readonly oid?: string;
  /** What was seen, or the person's note. */
  readonly note: string;
  readonly at: number;
}

/** Stop-the-line: nothing new is claimed until a person releases it. */
export interface Hold {
  readonly id: string;
  readonly at: number;
  readonly reason: Reason;
  /** The promotion whose outcome asked for it. */
  readonly requestId?: string;
  /** The person who set it by hand. */
  readonly by?: string;
  /** Of one set by hand: a hash of the whole reason, of which only the beginning is kept. */
  readonly words?: string;
}

export interface Cancel {
  readonly id: string;
  readonly requestId: string;
  readonly by: string;
  readonly note: string;
  readonly at: number;
}

/** Answers are kept for a while under the id of the question, for whoever asked by signal and reads back. */
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
  /** The same hold was set before, with the same words. */
  | "stands"
  | "queue-full"
  | "pair-busy"
  | "no-hold";

/** Why nothing is rolled back: there was no swap yet, or its soak is over. */
export type OrderRefusal = "not-swapped" | "watch-over";

export type CancelRefusal = "attempt-open" | "too-late" | "not-registered";

/**
 * Why a hold was not set: a person has released it before, as many as may be are set by hand already, or another one
 * stands under its id.
 */
export type HoldRefusal = "released" | "too-many-holds" | "other-words";

/** The one pair coordinator of a pair: durable state of the `pair` entity, keyed by the pair's name. */
export interface PairState {
  readonly v: 1;
  readonly epoch: number;
  /** Every promotion of this pair that is not announced yet; what the reconciler walks. */
  readonly registered: readonly {
    readonly requestId: string;
    readonly at: number;
    /** It has an outcome: it comes to no turn any more. */
    readonly left?: boolean;
    /** Attempts it has lost under leases that it gave back. */
    readonly unknowns?: number;
  }[];
  /** Those whose turn has not come, in order. */
  readonly queue: readonly { readonly requestId: string; readonly since: number }[];
  readonly lease?: Lease;
  readonly open?: OpenAttempt;
  readonly holds: readonly Hold[];
  readonly cancels: readonly Cancel[];
  readonly answers: readonly Answer[];
  /** Where the next promotion is entered in the index, and `at` what time the last one was, see `index-page.ts`. */
  readonly index: { readonly page: number; readonly count: number; readonly at?: number };
  readonly released?: { readonly at: number; readonly by: string; readonly note: string };
  /** The last holds that were released: they stay released when their setting is delivered again. */
  readonly releasedHolds?: readonly string[];
  /** Where the pair's audit chain ends. */
  readonly audit?: ChainHead;
}

/** Operations on a pair. Each names what it changes; `at` is the caller's clock. */
export type PairOperation =
  /** Changes nothing; answers with the view of one promotion. */
  | { readonly kind: "read"; readonly requestId: string }
  /** `kept`: it may take a place that is kept for operators. */
  | {
      readonly kind: "register";
      readonly requestId: string;
      readonly at: number;
      readonly kept?: boolean;
    }
  | {
      readonly kind: "enqueue";
      readonly requestId: string;
      readonly at: number;
      readonly maxQueued: number;
      readonly whenBusy: "wait" | "refuse";
    }
  | { readonly kind: "acquire-lease"; readonly requestId: string; readonly at: number }
  /** Out of the line and of the lease as they were at that time, to wait for people without keeping others waiting. */
  | { readonly kind: "leave-queue"; readonly requestId: string; readonly at: number }
  | {
      readonly kind: "release-lease";
      readonly requestId: string;
      readonly epoch: number;
      readonly at: number;
    }
  | {
      readonly kind: "claim";
      readonly requestId: string;
      readonly direction: Direction;
      readonly n: number;
      readonly nonce: string;
      readonly epoch: number;
      readonly planHash: string;
      readonly at: number;
    }
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
  /** By the soak or by a person, while the promotion is verified or soaks. */
  | { readonly kind: "order-rollback"; readonly requestId: string; readonly order: RollbackOrder }
  /** The soak has passed. Refuses every rollback that is not ordered yet. */
  | { readonly kind: "end-watch"; readonly requestId: string; readonly epoch: number }
  /** `id`: of the question, when somebody reads the answer back. */
  | {
      readonly kind: "hold";
      readonly hold: Hold;
      readonly id?: string;
      readonly oid?: string;
    }
  | {
      readonly kind: "release";
      readonly id: string;
      readonly holdIds: readonly string[];
      readonly by: string;
      readonly oid?: string;
      readonly note: string;
      readonly at: number;
    }
  /** A person has paused or resumed a schedule of the pair: changes nothing but the pair's audit chain. */
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
  /** `concluded`: the outcome, and where the promotion's own audit chain ends. */
  | { readonly kind: "leave"; readonly requestId: string; readonly concluded?: Concluded }
  | { readonly kind: "deregister"; readonly requestId: string };

/** The operations of one kind. */
export type Op<K extends PairOperation["kind"]> = Extract<PairOperation, { kind: K }>;

/** How a promotion left its pair, for the pair's audit chain. */
export interface Concluded {
  readonly at: number;
  readonly outcome: Outcome;
  readonly ends: ChainHead;
}

/** Most promotions that may be under way for one pair at once; fewer when their ids are long, see `hasPlaceFor`. */
export const MAX_REGISTERED = 32;

/** How many of them are kept for what operators ask for and for break-glass, with ids of any length. */
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

/** What one promotion may know of its pair; the answer to every operation. */
export interface PairView {
  readonly answer: PairAnswer;
  /** This promotion's lease. */
  readonly lease?: Lease;
  /** Who holds the lease, when somebody else does. */
  readonly holder?: string;
  /** Who is first in the queue. */
  readonly next?: string;
  /** How many stand before it in the queue; undefined when it is not in the queue. */
  readonly ahead?: number;
  /** Why nothing new may be claimed. */
  readonly hold?: Hold;
  readonly cancel?: Cancel;
  /** This promotion's open attempt. */
  readonly open?: OpenAttempt;
  /** Where the pair's audit chain ends. */
  readonly audit?: ChainHead;
}
