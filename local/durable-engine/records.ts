import type { HistoryEvent } from "./history";

type InstanceStatus =
  "Pending" | "Running" | "Suspended" | "Completed" | "Failed" | "Terminated" | "Canceled";

export interface Parent {
  readonly name: string;
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
}

/** The row of one orchestration instance; its history is kept beside it. */
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
  /** The input shown in status replies: continue-as-new with null keeps the last one (golden: can-null). */
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
  /** Requests of orchestrations of the last half hour by id, where work may be served twice. */
  readonly seen?: Readonly<Record<string, number>>;
}

/** A message for an instance or an entity; `executionId` names the execution it is meant for, where only one is. */
export interface Message {
  readonly seq: number;
  readonly target: string;
  readonly executionId?: string;
  readonly event: HistoryEvent;
  /** The timer it stands for: what is on record is the timer, until the message has been served. */
  readonly timer?: TimerRecord;
  /** Whether it answers a request; it is put back until history holds the request. */
  readonly isReply?: boolean;
  /** How often it was put back because the store did not yet hold what it belongs to. */
  readonly deferred?: number;
  /** Whether an earlier generation got it, and sent it on without having consumed it. */
  readonly isCarried?: boolean;
}

export interface ActivityRecord {
  readonly seq: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
  readonly input: unknown;
  /** How long its result is held back, where a fault says so. */
  readonly resultDelayMs?: number;
}

export interface TimerRecord {
  readonly instanceId: string;
  readonly executionId: string;
  readonly timerId: number;
  readonly fireAt: number;
  /** When it can be seen by the hub's clock: storage hides it as long as the host that set it thought right by its own. */
  readonly dueAt: number;
}

export function isLive(status: InstanceStatus): boolean {
  return status === "Pending" || status === "Running" || status === "Suspended";
}
