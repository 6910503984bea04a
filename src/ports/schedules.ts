import type { PairKey } from "../domain/kernel/pair-key";
import type { ScheduleOperation, ScheduleRule, ScheduleState } from "../domain/policy/schedule";

/** A schedule of the pairs file with its start times, in milliseconds since the epoch. */
export interface Schedule extends ScheduleRule {
  /** The first time after `at`. */
  next(at: number): number | undefined;
  /** The last time at or before `at`, if it is after `notBefore`. */
  last(at: number, notBefore: number): number | undefined;
}

/** The schedules of this installation and their stored state. Writes are signals: read back before relying on them. */
export interface Schedules {
  /** In the order of the file. */
  all(): readonly Schedule[];
  read(pair: PairKey): Promise<ScheduleState | undefined>;
  signal(pair: PairKey, operation: ScheduleOperation): Promise<void>;
}
