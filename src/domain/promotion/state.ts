import type { Gate, Vote } from "../approval/gate";
import type { ChainHead } from "../audit/chain";
import type { ServiceIdentity } from "../cloud-service/observation";
import type { SideReadiness } from "../cloud-service/readiness-view";
import type { SoakEvidence } from "../cloud-service/soak";
import type { Outcome, Phase, WaitedFor } from "../kernel/outcome";
import type { PairIdentity } from "../kernel/pair-key";
import type { Reason } from "../kernel/reason-codes";
import type { RequestOrigin, Side, SwapRequest } from "../kernel/swap-request";
import type { RollbackOrder } from "../pair/pair";
import type { Plan, Prerequisite } from "../plan/plan";
import type { AttemptOutcome } from "../swap/attempt";
import type { FinalReads } from "../swap/verification";
import type { Waiting } from "./waiting";

/** How a promotion ends, before its event is sealed. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor;
  readonly finalRead?: FinalReads | null;
  /** Of a refused plan; otherwise those of the stored plan are used. */
  readonly prerequisites?: readonly Prerequisite[];
  readonly incoming?: ServiceIdentity;
  readonly outgoing?: ServiceIdentity;
  /** The end of the pair's audit chain at that time; absent: it never registered with the pair. */
  readonly pairAudit?: ChainHead | null;
}

/** Changes of the gate. Votes do not depend on which run is active. */
export type GateChange =
  | { readonly kind: "ask-approval"; readonly runId: string; readonly planHash: string; readonly at: number }
  | {
      readonly kind: "vote";
      readonly id: string;
      readonly vote: Vote;
      readonly planHash: string;
      readonly application: boolean;
      /** The voter's app roles that the rule names. */
      readonly roles: readonly string[];
    }
  | { readonly kind: "close-gate"; readonly at: number };

export interface TimelineEntry {
  readonly at: number;
  readonly phase: Phase;
  readonly note?: string;
  /** How many entries are omitted before this one. */
  readonly omitted?: number;
}

/** The end of a promotion. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor;
  readonly at: number;
  /** The final bytes of the completion event. */
  readonly event: string;
}

/** Durable state of the `promotion` entity, keyed by request id. Never purged, but reduced after its retention. */
export interface PromotionState {
  readonly v: 1;
  /** Counts the changes; the ETag in the HTTP API. */
  readonly revision: number;
  readonly requestId: string;
  /** SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash: string;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  /** Its pair. Every accepted promotion has one, see `pairOf`. */
  readonly pair?: PairIdentity;
  readonly acceptedAt: number;
  readonly phase: Phase;
  /** At most 24 entries with notes of at most 100 characters. A long list omits its middle. */
  readonly timeline: readonly TimelineEntry[];
  /** The active run and its number. Writes of older runs are ignored. */
  readonly run?: { readonly id: string; readonly startedAt: number; readonly n: number };
  /** The side that will hold production, resolved by the first plan. */
  readonly target?: Side;
  readonly plan?: Plan;
  /** The differences to the previous plan, for its approvers. */
  readonly planChange?: string;
  readonly gate?: Gate;
  readonly waiting?: Waiting;
  /** Set at first entry, so that a resumed run does not extend them. */
  readonly deadlines: {
    readonly window?: number;
    readonly queue?: number;
    readonly readiness?: number;
    readonly soak?: number;
    readonly rollback?: number;
  };
  /** How often it was planned. */
  readonly plans: number;
  /** The last check of both sides. */
  readonly readiness?: readonly SideReadiness[];
  readonly attempts: readonly AttemptNote[];
  /** The measurements of the finished soak. */
  readonly soak?: SoakEvidence;
  readonly rollback?: Omit<RollbackOrder, "id">;
  readonly conclusion?: Conclusion;
  readonly announcedAt?: number;
  /** Past its retention: has only what the answer to a duplicate needs, see `retention.ts`. */
  readonly reduced?: true;
  /** The end of its audit chain, and the hash of the policy of its last plan. */
  readonly audit?: ChainHead & { readonly policyHash?: string };
}

/** The result of one attempt. */
export interface AttemptNote {
  readonly at: number;
  readonly n: number;
  /** Absent: the forward swap. */
  readonly direction?: "rollback";
  readonly verdict: AttemptOutcome;
  /** Findings before the PUT that did not prevent it. */
  readonly evidence?: string;
  /** How many attempts are omitted before this one. */
  readonly omitted?: number;
}

export interface Registration {
  readonly requestId: string;
  readonly contentHash: string;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  /** The pair of the request in the current pairs file. */
  readonly pair?: PairIdentity;
  readonly at: number;
}

/** Changes of a promotion. Repeated and reordered changes are harmless. */
export type PromotionChange =
  /** A run becomes active. The first one includes the registration. */
  | {
      readonly kind: "begin";
      readonly runId: string;
      readonly at: number;
      readonly registration?: Registration;
    }
  /** Changes nothing: a run reads the state and whether it is still active. */
  | { readonly kind: "go-on"; readonly runId: string }
  | {
      readonly kind: "enter";
      readonly runId: string;
      readonly phase: Phase;
      readonly at: number;
      readonly note?: string;
      readonly deadlines?: PromotionState["deadlines"];
    }
  | {
      readonly kind: "wait";
      readonly runId: string;
      readonly waiting: Waiting;
      readonly readiness?: readonly SideReadiness[];
    }
  | { readonly kind: "plan"; readonly runId: string; readonly plan: Plan; readonly at: number }
  | GateChange
  | { readonly kind: "note-attempt"; readonly runId: string; readonly note: AttemptNote }
  | {
      readonly kind: "watched";
      readonly runId: string;
      readonly soak?: SoakEvidence;
      readonly rollback?: RollbackOrder;
    }
  | { readonly kind: "conclude"; readonly runId?: string; readonly ending: Ending; readonly at: number }
  | { readonly kind: "announced"; readonly at: number }
  /** Its retention is over. No effect if it is not announced. */
  | { readonly kind: "reduce" };

export function pairOf({ requestId, pair }: Pick<PromotionState, "requestId" | "pair">): PairIdentity {
  if (!pair) throw new Error(`promotion ${requestId} was registered without its pair`);
  return pair;
}
