import type { Step } from "./changes";

/** A piece of work on its way into the store. */
export interface CommitWork {
  readonly host: string;
  readonly kind: "orchestration" | "entity" | "activity" | "client";
  /** The instance or entity the work belongs to. */
  readonly id: string;
  /** Name of the function, or of the call of the management API. */
  readonly name: string;
}

/** Ways in which the engine fails on command; without a member the engine behaves. */
export interface EngineFaults {
  /**
   * Makes work durable in the four steps of the Azure Storage provider instead of one transaction: messages,
   * activities and timers out → history (the arbiter between hosts) → instance row → inputs deleted. Asked before each
   * step and once after the last; "crash" kills the host there, a number holds the step up for so many ms.
   */
  atCommit?(step: Step | "done", work: CommitWork): "crash" | number | undefined;
}
