import { EntityId, type OrchestrationContext, type Task } from "durable-functions";
import type { Activities } from "../activities/activities";
import type { PairKey } from "../domain/kernel/pair-key";
import type { PairOperation, PairView } from "../domain/pair/pair";
import type { PromotionChange } from "../domain/promotion/state";
import type { ChangeAnswer } from "../entities/promotion-entity";

/** A part of an orchestration: yields durable tasks, returns a T. */
export type Steps<T> = Generator<Task, T, unknown>;

type Result<K extends keyof Activities> = Awaited<ReturnType<Activities[K]>>;

/** Schedules an activity by its registered name. */
export function callActivity<K extends keyof Activities>(
  context: OrchestrationContext,
  name: K,
  input: Parameters<Activities[K]>[0],
): Task {
  return context.df.callActivity(name, input);
}

export function* runActivity<K extends keyof Activities>(
  context: OrchestrationContext,
  name: K,
  input: Parameters<Activities[K]>[0],
): Steps<Result<K>> {
  return (yield callActivity(context, name, input)) as Result<K>;
}

/** Runs an activity beside others whose results nobody needs; all of them are awaited. */
export function* runActivityBeside<K extends keyof Activities>(
  context: OrchestrationContext,
  name: K,
  input: Parameters<Activities[K]>[0],
  others: readonly Task[],
): Steps<Result<K>> {
  const [result] = (yield context.df.Task.all([callActivity(context, name, input), ...others])) as [
    Result<K>,
  ];
  return result;
}

/** Awaits tasks of several kinds that were scheduled side by side; their results come in their order. */
export function* together(context: OrchestrationContext, tasks: readonly Task[]): Steps<unknown[]> {
  return (yield context.df.Task.all([...tasks])) as unknown[];
}

export function* applyToPairEntity(
  context: OrchestrationContext,
  pair: PairKey,
  operation: PairOperation,
): Steps<PairView> {
  return (yield context.df.callEntity(new EntityId("pair", pair), "apply", operation)) as PairView;
}

/** The task of a change of the promotion record. */
export function callRecord(context: OrchestrationContext, requestId: string, change: PromotionChange): Task {
  return context.df.callEntity(new EntityId("promotion", requestId), "change", change);
}

/** Changes the promotion record; undefined when it has no entry for this request. */
export function* changeRecord(
  context: OrchestrationContext,
  requestId: string,
  change: PromotionChange,
): Steps<ChangeAnswer | undefined> {
  const answer = yield callRecord(context, requestId, change);
  return (answer ?? undefined) as ChangeAnswer | undefined;
}

/** The orchestration's own time: the only one it may use. */
export function timeOf(context: OrchestrationContext): number {
  return context.df.currentUtcDateTime.getTime();
}
