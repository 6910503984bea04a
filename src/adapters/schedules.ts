import type { ScheduleRule } from "../domain/policy/schedule";
import type { Schedule } from "../ports/schedules";
import { createCronTimes } from "./deployment-windows/cron-times";

/** Adds start times to the schedules of the pairs file. */
export function createScheduleTimes(rules: readonly ScheduleRule[]): readonly Schedule[] {
  return rules.map((rule) => ({ ...rule, ...createCronTimes(rule.cron, rule.zone) }));
}
