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

/** How a promotion ends, before it is sealed into bytes. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor;
  readonly finalRead?: FinalReads | null;
  /** Judged by a plan that was refused; otherwise those of the stored plan are told. */
  readonly prerequisites?: readonly Prerequisite[];
  readonly incoming?: ServiceIdentity;
  readonly outgoing?: ServiceIdentity;
  /** Where the pair's audit chain stood; absent: the pair never took it up. */
  readonly pairAudit?: ChainHead | null;
}

/** Changes of the question put to people; a vote is nobody's run's business and comes at any time. */
export type GateChange =
  | { readonly kind: "ask-approval"; readonly runId: string; readonly planHash: string; readonly at: number }
  | {
      readonly kind: "vote";
      readonly id: string;
      readonly vote: Vote;
      readonly planHash: string;
      readonly application: boolean;
      /** The voter's app roles, as far as the rule names them. */
      readonly roles: readonly string[];
    }
  | { readonly kind: "close-gate"; readonly at: number };

export interface TimelineEntry {
  readonly at: number;
  readonly phase: Phase;
  readonly note?: string;
  /** How many entries were left out before this one. */
  readonly omitted?: number;
}

/** The end of a promotion. `event` holds the frozen bytes of its completion event. */
export interface Conclusion {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor;
  readonly at: number;
  readonly event: string;
}

/** The promotion record of one request: durable state of the `promotion` entity, keyed by request id. Never purged, reduced at last. */
export interface PromotionState {
  readonly v: 1;
  /** Counts the changes; the HTTP API's ETag. */
  readonly revision: number;
  readonly requestId: string;
  /** SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash: string;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  /** Its pair, which the request names by the label of then; whatever is taken up has one, see `pairOf`. */
  readonly pair?: PairIdentity;
  readonly acceptedAt: number;
  readonly phase: Phase;
  /** At most 24 entries, with notes of at most 100 characters; the middle is left out, and counted, when there are more. */
  readonly timeline: readonly TimelineEntry[];
  /** The run in charge, and the how many-th it is; writes of an older run are ignored. */
  readonly run?: { readonly id: string; readonly startedAt: number; readonly n: number };
  /** The side that is to hold production, resolved once at the first plan. */
  readonly target?: Side;
  readonly plan?: Plan;
  /** What set this plan apart from the one before it, for whoever had approved that one. */
  readonly planChange?: string;
  /** The question put to people, where somebody has to approve. */
  readonly gate?: Gate;
  readonly waiting?: Waiting;
  /** Deadlines set at first entry, so that a resumed run does not start them anew. */
  readonly deadlines: {
    readonly window?: number;
    readonly queue?: number;
    readonly readiness?: number;
    readonly soak?: number;
    readonly rollback?: number;
  };
  /** How often it was planned. */
  readonly plans: number;
  /** What was last seen of both sides. */
  readonly readiness?: readonly SideReadiness[];
  readonly attempts: readonly AttemptNote[];
  /** What the soak has measured, when it was over. */
  readonly soak?: SoakEvidence;
  /** Why it is, or was, to be rolled back. */
  readonly rollback?: Omit<RollbackOrder, "id">;
  readonly conclusion?: Conclusion;
  readonly announcedAt?: number;
  /** It is past its retention, and holds only what duplicates are answered with, see `retention.ts`. */
  readonly reduced?: true;
  /** Where its audit chain ends, and the hash of the policy it was last planned under. */
  readonly audit?: ChainHead & { readonly policyHash?: string };
}

/** What came of one attempt, for people. */
export interface AttemptNote {
  readonly at: number;
  readonly n: number;
  /** Absent: the forward swap. */
  readonly direction?: "rollback";
  readonly verdict: AttemptOutcome;
  /** What was seen before and did not stand in its way. */
  readonly evidence?: string;
  /** How many attempts were left out before this one. */
  readonly omitted?: number;
}

export interface Registration {
  readonly requestId: string;
  readonly contentHash: string;
  readonly request: SwapRequest;
  readonly origin: RequestOrigin;
  /** The pair that the request names, as the pairs file has it now. */
  readonly pair?: PairIdentity;
  readonly at: number;
}

/** Changes of a promotion, each naming what it changes so that repeats and reorderings are harmless. */
export type PromotionChange =
  /** A run takes charge; the first one brings the registration along. */
  | {
      readonly kind: "begin";
      readonly runId: string;
      readonly at: number;
      readonly registration?: Registration;
    }
  /** Changes nothing: a run that continues reads where it stands, and whether it is still in charge. */
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
  | {
      readonly kind: "conclude";
      readonly runId?: string;
      readonly ending: Ending;
      readonly at: number;
    }
  | { readonly kind: "announced"; readonly at: number }
  /** Its retention is over; nothing happens to one that is not announced. */
  | { readonly kind: "reduce" };

/** The pair of a promotion. */
export function pairOf({ requestId, pair }: Pick<PromotionState, "requestId" | "pair">): PairIdentity {
  if (!pair) throw new Error(`promotion ${requestId} was registered without its pair`);
  return pair;
}
