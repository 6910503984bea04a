import type { Side } from "../../../src/domain/kernel/swap-request";
import type { WorldPlan } from "./world-plan";

/** One schedule of a simulated pairs file: at these minutes of the world's first hour, and never again. */
export interface PlannedSchedule {
  readonly name: string;
  readonly minutes: readonly number[];
  readonly promote: Side | "staging";
  /** Absent: as the world's schedules have it. */
  readonly expiresAfterMs?: number;
}

/** The schedules of a pairs file, by pair. */
export type ScheduleFile = Readonly<Record<string, readonly PlannedSchedule[]>>;

/** What a world's schedules are like at its start. */
export interface PlannedSchedules {
  readonly expiresAfterMs: number;
  readonly file: ScheduleFile;
}

/** How long after its instants a schedule's promotions may be started. */
export function expiryOf(schedule: PlannedSchedule, all: PlannedSchedules | undefined): number {
  return schedule.expiresAfterMs ?? all?.expiresAfterMs ?? 0;
}

/** The pairs files of a world, one after another: each edit makes a new one. */
export function filesOf({
  schedules,
  userActions,
}: Pick<WorldPlan, "schedules" | "userActions">): readonly ScheduleFile[] {
  if (!schedules) return [];
  const files = [schedules.file];
  for (const userAction of userActions) {
    if (userAction.kind === "edit") files.push({ ...files.at(-1), [userAction.pair]: userAction.to });
  }
  return files;
}
