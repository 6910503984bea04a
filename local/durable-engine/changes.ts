import type { HistoryEvent } from "./history";
import type { ActivityRecord, EntityRecord, InstanceRecord, Message, TimerRecord } from "./records";

/** One change of the task hub: applied to memory, and written to disk where there is one. */
export type Change =
  | { readonly type: "putInstance"; readonly record: InstanceRecord }
  /** A started instance: it is ignored if the record it was started over has been replaced. */
  | {
      readonly type: "insertInstance";
      readonly record: InstanceRecord;
      readonly over: InstanceRecord | undefined;
    }
  | { readonly type: "dropInstance"; readonly record: InstanceRecord }
  | { readonly type: "putRow"; readonly record: InstanceRecord }
  | { readonly type: "putHistory"; readonly record: InstanceRecord; readonly events: readonly HistoryEvent[] }
  | { readonly type: "dropHistory"; readonly record: InstanceRecord }
  | { readonly type: "putEntity"; readonly record: EntityRecord }
  | { readonly type: "dropEntity"; readonly id: string }
  | { readonly type: "putMessage"; readonly message: Message }
  | { readonly type: "dropMessages"; readonly messages: readonly Message[] }
  | { readonly type: "putActivity"; readonly activity: ActivityRecord }
  | { readonly type: "dropActivity"; readonly activity: ActivityRecord }
  | { readonly type: "putTimer"; readonly timer: TimerRecord }
  | { readonly type: "dropTimersOf"; readonly instanceId: string; readonly timers: readonly TimerRecord[] };

/** The steps in which the Azure Storage provider commits work, in their order. */
export const steps = ["messages", "history", "row", "inputs"] as const;
export type Step = (typeof steps)[number];

/** What a piece of work changes, by the step that makes it durable. */
export interface Effects extends Readonly<Record<Step, Change[]>> {
  /** The incarnation of the hub in which they began. A cleared hub ignores older effects. */
  readonly epoch: number;
  /** Ids of instances that they start, reserved until the commit. */
  readonly starts: string[];
}

export function createEffects(epoch: number): Effects {
  return { epoch, starts: [], messages: [], history: [], row: [], inputs: [] };
}
