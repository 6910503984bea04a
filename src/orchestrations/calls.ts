import { EntityId, type OrchestrationContext, type Task } from "durable-functions";
import type { Activities } from "../activities/activities";
import type { PairKey } from "../domain/kernel/pair-key";
import type { PairOperation, PairView } from "../domain/pair/pair";
import type { SwapPlan } from "../domain/plan/plan";
import type { PromotionChange } from "../domain/promotion/state";
import type { ObservedState } from "../domain/swap/verification";
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

/** Runs an activity in parallel with tasks whose results are ignored. Awaits all of them. */
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

/** Awaits parallel tasks; returns their results in order. */
export function* together(context: OrchestrationContext, tasks: readonly Task[]): Steps<unknown[]> {
  return (yield context.df.Task.all([...tasks])) as unknown[];
}

/** Reads both services of a plan, and their public IPs if a swap may have happened. */
export function readObservedState(
  context: OrchestrationContext,
  { incoming, outgoing, policy }: SwapPlan,
): Steps<ObservedState> {
  const input = { incoming: incoming.id, outgoing: outgoing.id, versionTag: policy.versionTag };
  return runActivity(context, "readObservedState", input);
}

export function* applyToPairEntity(
  context: OrchestrationContext,
  pair: PairKey,
  operation: PairOperation,
): Steps<PairView> {
  return (yield context.df.callEntity(new EntityId("pair", pair), "apply", operation)) as PairView;
}

/** The task that changes the promotion record. */
export function callRecord(context: OrchestrationContext, requestId: string, change: PromotionChange): Task {
  return context.df.callEntity(new EntityId("promotion", requestId), "change", change);
}

/** Changes the promotion record. Undefined if there is none for this request. */
export function* changeRecord(
  context: OrchestrationContext,
  requestId: string,
  change: PromotionChange,
): Steps<ChangeAnswer | undefined> {
  const answer = yield callRecord(context, requestId, change);
  return (answer ?? undefined) as ChangeAnswer | undefined;
}

/** The replayed time, the only one an orchestration may use. */
export function timeOf(context: OrchestrationContext): number {
  return context.df.currentUtcDateTime.getTime();
}
