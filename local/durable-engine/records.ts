import type { HistoryEvent } from "./history";

type InstanceStatus =
  "Pending" | "Running" | "Suspended" | "Completed" | "Failed" | "Terminated" | "Canceled";

export interface Parent {
  readonly name: string;
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
}

/** The row of one orchestration instance; its history is stored separately. */
export interface InstanceRecord {
  readonly id: string;
  readonly name: string;
  readonly version: string | null;
  readonly executionId: string;
  /** How often the id was used before. */
  readonly generation: number;
  readonly status: InstanceStatus;
  /** JSON text. */
  readonly input: string | null;
  /** The input in status replies: continue-as-new with null keeps the previous one (golden: can-null). */
  readonly shownInput: string | null;
  readonly output: string | null;
  readonly customStatus: unknown;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly parent?: Parent;
  /** Episodes committed in this execution: the key of the next piece of history. */
  readonly episodes: number;
}

export interface EntityRecord {
  /** `@name@key` */
  readonly id: string;
  readonly exists: boolean;
  /** JSON text. */
  readonly state: string | null;
  readonly lastOperationAt: number;
  /** Ids of orchestrations' requests in the last half hour, where work may be served twice. */
  readonly seen?: Readonly<Record<string, number>>;
}

/** A message for an instance or an entity; `executionId` is set when it is for one execution only. */
export interface Message {
  readonly seq: number;
  readonly target: string;
  readonly executionId?: string;
  readonly event: HistoryEvent;
  /** The timer that it fired from: the store contains the timer until the message has been served. */
  readonly timer?: TimerRecord;
  /** Whether it answers a request; it is deferred until history contains the request. */
  readonly isReply?: boolean;
  /** How often it was deferred because the store did not yet contain the item that it refers to. */
  readonly deferred?: number;
  /** Whether an earlier generation received it and forwarded it unconsumed. */
  readonly isCarried?: boolean;
}

export interface ActivityRecord {
  readonly seq: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
  readonly input: unknown;
  /** How long a fault delays its result. */
  readonly resultDelayMs?: number;
}

export interface TimerRecord {
  readonly instanceId: string;
  readonly executionId: string;
  readonly timerId: number;
  readonly fireAt: number;
  /** When it becomes visible by the hub's clock: the sending host computed the delay by its own clock. */
  readonly dueAt: number;
}

export function isLive(status: InstanceStatus): boolean {
  return status === "Pending" || status === "Running" || status === "Suspended";
}
