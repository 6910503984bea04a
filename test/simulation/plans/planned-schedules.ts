import type { PlannedSchedule, PlannedSchedules, ScheduleFile, WorldPlan } from "./world-plan";

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
