import type { EntityContext } from "durable-functions";
import { applyToSchedules, type ScheduleOperation, type ScheduleState } from "../domain/schedule";

/** What is remembered of a pair's schedules, keyed by the key of the pair. Operation `apply` takes a `ScheduleOperation`. Never purged. */
export function scheduleEntity(context: EntityContext<ScheduleState>): void {
  const operation = context.df.getInput<ScheduleOperation>();
  if (context.df.operationName !== "apply" || !operation) return;
  context.df.setState(applyToSchedules(context.df.getState(), operation));
}
