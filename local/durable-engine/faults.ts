import type { Step } from "./changes";
import type { EntityRecord, InstanceRecord, TimerRecord } from "./records";

/** A piece of work that is about to be stored. */
export interface CommitWork {
  readonly host: string;
  readonly kind: "orchestration" | "entity" | "activity" | "client";
  /** The instance or entity the work belongs to. */
  readonly id: string;
  /** Name of the function, or of the call of the management API. */
  readonly name: string;
}

/** One run of a scheduled activity; `copy` is 0 for the original. */
interface ActivityWork {
  readonly instanceId: string;
  readonly taskId: number;
  readonly name: string;
  readonly copy: number;
}

/** One delivery of a message; `copy` is 0 for the original. */
interface Delivery {
  /** Instance or entity. */
  readonly target: string;
  /** `EventType` of its history event; operations of entities are `EventRaised`. */
  readonly type: number;
  /** Name of the event, orchestrator or operation message. */
  readonly name: string | undefined;
  readonly copy: number;
}

/**
 * Faults of the Azure Storage provider on demand; an absent member causes none. Delays use the hub's clock. Messages
 * that a fault delays do not survive a restart from disk.
 */
export interface EngineFaults {
  /**
   * Commits in the provider's four steps instead of one transaction: messages, activities and timers; history, which
   * decides between hosts; instance row; inputs. Called before each step and once at the end: "crash" kills the host,
   * a number delays by so many ms.
   */
  atCommit?(step: Step | "done", work: CommitWork): "crash" | number | undefined;
  /** A second host serves the same messages at the same time. Commits go step by step, and the later one loses. */
  stealsLease?(id: string, holder: string, thief: string): boolean;
  /**
   * Selects and orders the `n` operations of an entity's batch, by position; undefined runs all in order. The others
   * are in the next batch. An empty result counts as undefined.
   */
  reorderBatch?(entity: string, n: number): readonly number[] | undefined;
  /**
   * How long a row stays outdated after history changed, in ms. Status queries, lists and the check for a live id
   * read the row. An older row with a longer lag overwrites a newer one, as a zombie would, until the next write.
   */
  rowLagMs?(row: InstanceRecord): number;
  /**
   * How long clients read the previous state of an entity, in ms. The extension answers callers 20–90 ms before it
   * writes the row, so a client that reads right afterwards may see the previous state.
   */
  entityReadLagMs?(record: EntityRecord): number;
  /** Whether the row of an instance that just ended is never written, so that it stays Running for good. */
  stuckRunning?(row: InstanceRecord): boolean;
  /** Runs an activity `copies` times (called with copy 0), each with a late start or a delayed result. */
  onActivity?(
    work: ActivityWork,
  ):
    { readonly copies?: number; readonly startDelayMs?: number; readonly resultDelayMs?: number } | undefined;
  /**
   * Delivers a message `copies` times (called with copy 0), each `delayMs` late, so that later ones overtake it. Does
   * not apply to messages that continue-as-new carries over: copies would multiply in every generation.
   */
  onDelivery?(delivery: Delivery): { readonly copies?: number; readonly delayMs?: number } | undefined;
  /**
   * How much later than in whole seconds a timer becomes visible; negative is earlier. A sender's lag shortens its
   * delay.
   */
  timerOffsetMs?(timer: TimerRecord): number;
  /** Whether unconsumed events are lost when an instance continues as new. */
  losesCarriedEvents?(work: { readonly id: string; readonly events: readonly string[] }): boolean;
}

/** Whether work is made durable step by step. */
export function isStepwise(faults: EngineFaults): boolean {
  return faults.atCommit !== undefined || faults.stealsLease !== undefined;
}
