import type { ChainHead } from "../audit/chain";
import type { ServiceIdentity } from "../cloud-service/observation";
import type { Measurement } from "../cloud-service/soak";
import type { Issue } from "../kernel/issue";
import type { Outcome, WaitedFor } from "../kernel/outcome";
import type { Reason } from "../kernel/reason-codes";
import type { Requester } from "../kernel/requester";
import type { DescribedPrerequisite } from "../plan/plan";
import type { DescribedVerdict } from "../swap/attempt";
import type { FinalReads } from "../swap/verification";

/** Context attributes of CloudEvents 1.0 in structured mode (https://github.com/cloudevents/spec). */
export interface CloudEvent<Type extends string, Data> {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: "urn:cloud-service-swap";
  readonly type: Type;
  readonly subject: string;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: Data;
}

export const eventTypes = {
  completed: "cloud-service-swap.promotion.completed",
  progressed: "cloud-service-swap.promotion.progressed",
  notAccepted: "cloud-service-swap.request.not-accepted",
} as const;

/** The `data` of a completion event. Times are RFC 3339 UTC. */
export interface CompletionData {
  readonly requestId: string;
  readonly pair: string;
  /** What stays when the pair is renamed; absent: there was no such pair. */
  readonly pairKey?: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor;
  readonly requestedBy: Requester;
  readonly requestReason: string;
  readonly incoming: EventService | null;
  readonly outgoing: EventService | null;
  readonly planHash: string | null;
  /** Every phase in the order it was entered; of very many the middle is left out, and counted. */
  readonly phases: readonly {
    readonly phase: string;
    readonly at: string;
    readonly note?: string;
    /** How many were left out before this one. */
    readonly omitted?: number;
  }[];
  /** The unmet ones; all that refused the swap, with evidence and remedy. */
  readonly prerequisites: readonly DescribedPrerequisite[];
  readonly attempts: readonly {
    readonly n: number;
    readonly at: string;
    /** Absent: the forward swap. */
    readonly direction?: "rollback";
    readonly verdict: DescribedVerdict;
    /** What was seen before and did not stand in its way. */
    readonly evidence?: string;
    /** How many were left out before this one. */
    readonly omitted?: number;
  }[];
  readonly soak?: EventSoak;
  readonly rollback?: EventRollback;
  /** Who approved or rejected which plan; absent when nobody was asked. */
  readonly approvals?: {
    readonly planHash: string;
    readonly quorum: number;
    readonly asked: number;
    readonly decision: "granted" | "rejected" | "expired" | "undecided";
    readonly votes: readonly {
      readonly oid: string;
      readonly name: string;
      readonly decision: "approve" | "reject";
      readonly comment?: string;
      readonly at: string;
    }[];
  };
  /** An operator passed gate and deployment window; absent when nobody did. */
  readonly breakGlass?: { readonly oid: string; readonly name: string; readonly reason: string };
  /** The last read of both services before the outcome was stored; null when nothing was read. */
  readonly finalRead: FinalReads | null;
  /** Where its audit chain ends, and where its pair's stood when it was concluded; null: it never got into the line. */
  readonly audit?: ChainHead & { readonly pair: ChainHead | null };
}

/** What was measured of new production; trouble first. No bodies, no addresses. */
export interface EventSoak {
  readonly since: string;
  readonly until: string;
  readonly checks: number;
  readonly failures: number;
  readonly last: readonly Measurement[];
}

/** Why it was, or should have been, rolled back. */
export interface EventRollback {
  readonly cause: "regression" | "person";
  readonly by: string;
  /** Object id of the person who ordered it. */
  readonly oid?: string;
  readonly note: string;
  readonly at: string;
}

export type EventService = Pick<ServiceIdentity, "side" | "id" | "name" | "version">;

export type CompletionEvent = CloudEvent<typeof eventTypes.completed, CompletionData>;

/** Best effort; `step` says what happened. */
export interface ProgressData {
  /** `null` for news of a pair that concern no promotion. */
  readonly requestId: string | null;
  readonly pair: string;
  /** Only with `audit`. */
  readonly pairKey?: string;
  readonly step:
    | "accepted"
    | "planned"
    | "approval-requested"
    | "lease-acquired"
    | "ready"
    | "swap-started"
    | "swapped"
    | "soaking"
    | "regression"
    | "rollback-started"
    | "rolled-back"
    | "hold-set"
    | "hold-released";
  readonly detail: string;
  /** The hold that was set or released. */
  readonly holdId?: string;
  /** Of `approval-requested`: what is to be approved, by whom, by when, and who asked for it. */
  readonly approval?: {
    readonly planHash: string;
    readonly quorum: number;
    readonly approvers: string;
    readonly until: string;
    readonly requestedBy: Requester;
  };
  /** Where the pair's audit chain ends, this decision included. */
  readonly audit?: ChainHead;
}

export type ProgressEvent = CloudEvent<typeof eventTypes.progressed, ProgressData>;

export interface NotAcceptedData {
  readonly reason: Reason;
  readonly issues: readonly Issue[];
  /** Only when the body named a well-formed one. */
  readonly requestId: string | null;
  readonly message: {
    readonly queue: string;
    readonly messageId: string;
    readonly sequenceNumber: string;
    readonly deadLetterReason?: string;
  };
  /** Of the body as the Functions host handed it over: the bytes of a request, the text of a dead letter. */
  readonly body: { readonly length: number; readonly sha256: string; readonly excerpt: string };
  /** Of a conflict: the path of the promotion that has the id. */
  readonly promotion?: string;
}

export type NotAcceptedEvent = CloudEvent<typeof eventTypes.notAccepted, NotAcceptedData>;
