import { type EntityContext, EntityId } from "durable-functions";
import { decidedBy } from "../domain/pair/operator-actions";
import { applyToSchedules, type ScheduleOperation, type ScheduleState } from "../domain/policy/schedule";

/**
 * The stored state of a pair's schedules, keyed by the pair's key. Operation `apply` takes a `ScheduleOperation` and
 * sends decisions of people to the pair's audit chain in the same step. Never purged.
 */
export function scheduleEntity(context: EntityContext<ScheduleState>): void {
  const operation = context.df.getInput<ScheduleOperation>();
  if (context.df.operationName !== "apply" || !operation) return;
  const before = context.df.getState();
  const after = applyToSchedules(before, operation);
  context.df.setState(after);
  const decision = decidedBy(before, operation, after);
  if (decision) context.df.signalEntity(new EntityId("pair", context.df.entityKey), "apply", decision);
}
