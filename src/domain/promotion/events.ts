import type { ChainHead } from "../audit/chain";
import type { ServiceIdentity } from "../cloud-service/observation";
import type { Measurement } from "../cloud-service/soak";
import type { Issue } from "../kernel/issue";
import type { Outcome, WaitedFor } from "../kernel/outcome";
import type { Code, Reason } from "../kernel/reason-codes";
import type { Requester } from "../kernel/requester";
import type { DescribedPrerequisite } from "../plan/plan";
import type { DescribedVerdict } from "../swap/attempt";
import { toTime } from "../kernel/time";
import type { FinalReads } from "../swap/verification";
import type { Conclusion, PromotionState } from "./state";

/** CloudEvents 1.0 in structured mode (https://github.com/cloudevents/spec). */
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

interface About<Type> {
  readonly id: string;
  readonly type: Type;
  readonly subject: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Wraps data in the context attributes of every event. */
export function cloudEvent<Type extends string, Data>(
  { id, type, subject, at }: About<Type>,
  data: Data,
): CloudEvent<Type, Data> {
  return {
    specversion: "1.0",
    id,
    source: "urn:cloud-service-swap",
    type,
    subject,
    time: toTime(at),
    datacontenttype: "application/json",
    data,
  };
}

/** The `data` of a completion event. Times are RFC 3339 UTC. */
export interface CompletionData {
  readonly requestId: string;
  readonly pair: string;
  /** Does not change if the pair is renamed; absent: there was no such pair. */
  readonly pairKey?: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor;
  readonly requestedBy: Requester;
  readonly requestReason: string;
  readonly incoming: EventService | null;
  readonly outgoing: EventService | null;
  readonly planHash: string | null;
  /** Every phase in order. A long list omits its middle. */
  readonly phases: readonly {
    readonly phase: string;
    readonly at: string;
    readonly note?: string;
    /** How many entries are omitted before this one. */
    readonly omitted?: number;
  }[];
  /** The unmet prerequisites with evidence and remedy. */
  readonly prerequisites: readonly DescribedPrerequisite[];
  readonly attempts: readonly {
    readonly n: number;
    readonly at: string;
    /** Absent: the forward swap. */
    readonly direction?: "rollback";
    readonly verdict: DescribedVerdict;
    /** Findings before the PUT that did not prevent it. */
    readonly evidence?: string;
    /** How many attempts are omitted before this one. */
    readonly omitted?: number;
  }[];
  readonly soak?: EventSoak;
  readonly rollback?: EventRollback;
  /** Absent if no approval was requested. */
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
  /** An operator bypassed gate and deployment window. */
  readonly breakGlass?: { readonly oid: string; readonly name: string; readonly reason: string };
  /** The last read of both services before the outcome was stored; null if there was none. */
  readonly finalRead: FinalReads | null;
  /** The end of its audit chain, and of its pair's at that time; null: it never entered the queue. */
  readonly audit?: ChainHead & { readonly pair: ChainHead | null };
}

/** What the soak measured, trouble first. Without bodies and addresses. */
export interface EventSoak {
  readonly since: string;
  readonly until: string;
  readonly checks: number;
  readonly failures: number;
  readonly last: readonly Measurement[];
}

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

/** Best effort: consumers must not rely on progress events. */
export interface ProgressData {
  /** Null for events of a pair without a promotion. */
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
  readonly holdId?: string;
  /** Only of `approval-requested`. */
  readonly approval?: {
    readonly planHash: string;
    readonly quorum: number;
    readonly approvers: string;
    readonly until: string;
    readonly requestedBy: Requester;
  };
  /** The end of the pair's audit chain, this decision included. */
  readonly audit?: ChainHead;
}

export type ProgressEvent = CloudEvent<typeof eventTypes.progressed, ProgressData>;

export interface NotAcceptedData {
  readonly reason: Reason;
  readonly issues: readonly Issue[];
  /** Null if the body has no well-formed one. */
  readonly requestId: string | null;
  readonly message: {
    readonly queue: string;
    readonly messageId: string;
    readonly sequenceNumber: string;
    readonly deadLetterReason?: string;
  };
  /** Of the body as the Functions host passed it: the bytes of a request, or the text of a dead letter. */
  readonly body: { readonly length: number; readonly sha256: string; readonly excerpt: string };
  /** Only of a conflict: the path of the promotion with this id. */
  readonly promotion?: string;
}

export type NotAcceptedEvent = CloudEvent<typeof eventTypes.notAccepted, NotAcceptedData>;

/** Stable codes for alert rules. Each alert is one Error line in the log. */
export const alertCodes = [
  "halted",
  "rolled-back",
  "publish-failing",
  "dead-letter",
  "run-lost",
  "break-glass",
  "schedule-squatted",
  "newer-state",
] as const;

export type AlertCode = (typeof alertCodes)[number];

/** The fields of the log line of an outcome. */
export function fieldsOf(
  { requestId, request }: Pick<PromotionState, "requestId" | "request">,
  { outcome, reason }: Conclusion,
): { requestId: string; pair: string; code: Code; detail: string } {
  return { requestId, pair: request.pair, code: reason.code, detail: `${outcome}: ${reason.detail}` };
}

export function alertOf(outcome: Outcome): { code: AlertCode; message: string } | undefined {
  if (outcome === "halted") return { code: "halted", message: "a promotion was halted: a person must act" };
  if (outcome === "rolled-back")
    return { code: "rolled-back", message: "a promotion was rolled back: review the release" };
  return undefined;
}
