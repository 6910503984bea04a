import type { Step } from "./changes";
import type { EntityRecord, InstanceRecord, TimerRecord } from "./records";

/** A piece of work on its way into the store. */
export interface CommitWork {
  readonly host: string;
  readonly kind: "orchestration" | "entity" | "activity" | "client";
  /** The instance or entity the work belongs to. */
  readonly id: string;
  /** Name of the function, or of the call of the management API. */
  readonly name: string;
}

/** One run of an activity that was scheduled; `copy` is 0 for the run that was meant. */
interface ActivityWork {
  readonly instanceId: string;
  readonly taskId: number;
  readonly name: string;
  readonly copy: number;
}

/** One delivery of a message; `copy` is 0 for the one that was meant. */
interface Delivery {
  /** Instance or entity. */
  readonly target: string;
  /** `EventType` of the history event it carries; operations of entities are `EventRaised`. */
  readonly type: number;
  /** Name of the event, orchestrator or operation message. */
  readonly name: string | undefined;
  readonly copy: number;
}

/**
 * Ways in which the engine fails on command, as the Azure Storage provider can; without a member the engine behaves.
 * Delays run on the hub's clock. What a fault holds back is not kept across a restart from disk.
 */
export interface EngineFaults {
  /**
   * Makes work durable in the provider's four steps instead of one transaction: messages, activities and timers out →
   * history (the arbiter between hosts) → instance row → inputs deleted. Asked before each step that has something to
   * do and once after the last; "crash" kills the host there, a number holds the step up for so many ms. Timers fire
   * out of the storage, without a host and in one step.
   */
  atCommit?(step: Step | "done", work: CommitWork): "crash" | number | undefined;
  /** Has a second host serve the same messages at the same time; commits go step by step, and the later one loses. */
  stealsLease?(id: string, holder: string, thief: string): boolean;
  /**
   * Cuts and reorders the batch of an entity: which of its `n` operations run now, by position and in this order;
   * undefined runs all as they came. The others stand in the next batch. An empty answer counts as undefined.
   */
  reorderBatch?(entity: string, n: number): readonly number[] | undefined;
  /**
   * How long a row stays as it was after history moved on, in ms. Status queries, lists and the check for a live id
   * read the row. An older row with a longer lag is written over a newer one, as by a zombie, until the next write.
   */
  rowLagMs?(row: InstanceRecord): number;
  /**
   * How long clients read an entity as it was before a commit, in ms. The extension answers callers 20–90 ms before it
   * writes the row: a client that reads right after may see what was there before.
   */
  entityReadLagMs?(record: EntityRecord): number;
  /** Whether the row of an instance that just ended is never written: it looks Running for good. */
  stuckRunning?(row: InstanceRecord): boolean;
  /** Runs an activity `copies` times (asked with copy 0), each starting late or with its result held back. */
  onActivity?(
    work: ActivityWork,
  ):
    { readonly copies?: number; readonly startDelayMs?: number; readonly resultDelayMs?: number } | undefined;
  /**
   * Delivers a message `copies` times (asked with copy 0), each late by `delayMs`: overtaken by what came after it. What
   * continue-as-new carries over was doubled when it first came, if at all: again in every generation, it would breed.
   */
  onDelivery?(delivery: Delivery): { readonly copies?: number; readonly delayMs?: number } | undefined;
  /** How much later a timer can be seen than in whole seconds, negative for earlier: a sender's lag comes off its delay. */
  timerOffsetMs?(timer: TimerRecord): number;
  /** Whether events that nobody has consumed are lost when an instance continues as new. */
  losesCarriedEvents?(work: { readonly id: string; readonly events: readonly string[] }): boolean;
}

/** Whether work is made durable step by step. */
export function isStepwise(faults: EngineFaults): boolean {
  return faults.atCommit !== undefined || faults.stealsLease !== undefined;
}
