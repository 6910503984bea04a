import type { OrchestrationContext, Task } from "durable-functions";
import type { Phase, WaitedFor } from "../domain/kernel/outcome";
import type { PairKey } from "../domain/kernel/pair-key";
import { type Code, reason } from "../domain/kernel/reason-codes";
import { describeCancel } from "../domain/pair/operator-actions";
import type { Cancel, Lease } from "../domain/pair/pair";
import type { SwapPlan } from "../domain/plan/plan";
import type { ProgressData } from "../domain/promotion/events";
import type { Ending, PromotionState } from "../domain/promotion/state";
import { waitInstance } from "../domain/promotion/waiting";
import type { ChangeAnswer } from "../entities/promotion-entity";
import { callActivity, callRecord, type Steps, timeOf } from "./calls";
import type { Carried, Deadlines } from "./generation";
import type { Kind, WaitInput, WaitKinds, WaitResult } from "./wait-input";

/** One run of a promotion, shared by its steps, which update the writable fields. */
export interface Run {
  readonly context: OrchestrationContext;
  readonly requestId: string;
  readonly runId: string;
  /** The pair's label in the request, and the key of its state. */
  readonly pair: string;
  readonly pairKey: PairKey;
  /** The promotion record when this run began. */
  readonly began: PromotionState;
  readonly deadlines: Deadlines;
  /** Absent in a run's first generation. */
  readonly carried?: Carried;
  /** Set if the pair's list was full: the promotion is not registered, so only this run can conclude it. */
  readonly turnedAway?: Ending;
  waits: number;
  plan?: SwapPlan;
  lease?: Lease;
}

/** The run continues with the next step. */
export interface Go {
  readonly kind: "go";
}

/** How a step ends the run. */
export type Exit = { readonly kind: "end"; readonly ending: Ending } | { readonly kind: "superseded" };

/** Records a new phase. Returns an exit if this run is no longer in charge. */
export function* enter(run: Run, phase: Phase, note?: string): Steps<Exit | undefined> {
  return overtaken(run, (yield enterTask(run, phase, note)) as ChangeAnswer | undefined);
}

/** A run ends if the promotion record names another run or has an outcome. */
export function overtaken(run: Pick<Run, "runId">, answer: ChangeAnswer | undefined): Exit | undefined {
  const isInCharge = !answer || (answer.runId === run.runId && answer.outcome === undefined);
  return isInCharge ? undefined : { kind: "superseded" };
}

/** The task that records a new phase. */
export function enterTask(run: Run, phase: Phase, note?: string): Task {
  return callRecord(run.context, run.requestId, {
    kind: "enter",
    runId: run.runId,
    phase,
    at: timeOf(run.context),
    note,
    deadlines: run.deadlines,
  });
}

type News = Pick<ProgressData, "step" | "detail" | "approval">;

/** Publishes a progress event, best effort. */
export function* progress(
  run: Run,
  step: News["step"],
  detail: string,
  approval?: News["approval"],
): Steps<void> {
  yield progressTask(run, { step, detail, approval });
}

/** The task that publishes progress events in this order. */
export function progressTask(run: Run, ...news: readonly News[]): Task {
  const { requestId, pair, context } = run;
  return callActivity(context, "announceProgress", { requestId, pair, news, at: timeOf(context) });
}

/** Runs one wait as a child orchestration, so that its history does not grow the run's. */
export function* waitFor<K extends Kind>(
  run: Run,
  kind: K,
  about: WaitKinds[K]["about"],
  limits: Pick<WaitInput, "until" | "graceMs" | "observeAfter" | "last">,
): Steps<WaitResult<K>> {
  const { context, requestId, runId, pairKey } = run;
  const input: WaitInput<K> = { kind, requestId, runId, pairKey, since: timeOf(context), about, ...limits };
  const childId = waitIdOf(run);
  const result = yield context.df.callSubOrchestrator("wait", input, childId, context.df.version);
  return result as WaitResult<K>;
}

/** A run that only found an outcome has no number, so its waits get a random id. */
function waitIdOf(run: Run): string {
  const { context, requestId, began } = run;
  if (!began.run || began.conclusion)
    return waitInstance(requestId, context.df.newGuid("wait").slice(0, 8), 0);
  return waitInstance(requestId, began.run.n, run.waits++);
}

/** The earlier of the wait's deadline and the request's `expiresAt`. */
export function untilOf(run: Run, deadline: number): number {
  return Math.min(deadline, run.began.request.expiresAt ?? Infinity);
}

/**
 * The ending of a wait that expired at `until`: `request-expired` if that was the request's `expiresAt`, else `code`.
 * Compares deadlines, not clocks: the clock of the host that waited may differ from this host's.
 */
export function expired(
  { began }: Pick<Run, "began">,
  waitingFor: WaitedFor,
  code: Code,
  last: string,
  until: number,
): Exit {
  const byRequest = (began.request.expiresAt ?? Infinity) <= until;
  return {
    kind: "end",
    ending: { outcome: "expired", waitingFor, reason: reason(byRequest ? "request-expired" : code, last) },
  };
}

interface AfterWait<K extends Kind, D, E> {
  readonly decided: (verdict: WaitKinds[K]["verdict"]) => D;
  readonly expired: (left: Extract<WaitResult<K>, { ended: "expired" }>) => E;
  /** Only for waits that cannot be cancelled. */
  readonly cancelled?: () => never;
}

/** What follows a wait. Cancelled and superseded end the run the same way after every wait. */
export function afterWait<K extends Kind, D, E>(
  result: WaitResult<K>,
  { decided, expired, cancelled: cannot }: AfterWait<K, D, E>,
): D | E | Exit {
  switch (result.ended) {
    case "decided":
      return decided(result.verdict);
    case "expired":
      return expired(result);
    case "superseded":
      return { kind: "superseded" };
    case "cancelled":
      return cannot ? cannot() : cancelled(result.cancel);
  }
}

/** For waits after the swap, when a cancel is refused. */
export function cannotBeCancelled(): never {
  throw new Error("a wait that cannot be cancelled was cancelled");
}

export function cancelled(cancel: Cancel): Exit {
  const ending = {
    outcome: "cancelled",
    reason: reason("cancelled-by-person", describeCancel(cancel)),
  } as const;
  return { kind: "end", ending };
}
