import type { PlannedSchedule, PlannedSchedules, ScheduleFile, WorldPlan } from "./world-plan";

/** How long after their times a schedule's promotions may start. */
export function expiryOf(schedule: PlannedSchedule, all: PlannedSchedules | undefined): number {
  return schedule.expiresAfterMs ?? all?.expiresAfterMs ?? 0;
}

/** The schedules of a world in order: each edit adds a file. */
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
