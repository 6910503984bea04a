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

/** One run of a promotion: what every step needs. Fields change as steps are taken. */
export interface Run {
  readonly context: OrchestrationContext;
  readonly requestId: string;
  readonly runId: string;
  /** The label of the pair as the request has it, and what its state is kept under. */
  readonly pair: string;
  readonly pairKey: PairKey;
  /** The promotion record as it stood when this run began. */
  readonly began: PromotionState;
  readonly deadlines: Deadlines;
  /** Absent in a run's first generation. */
  readonly carried?: Carried;
  /** The pair has no room for it: it stands nowhere, and nobody but this run sees it off. */
  readonly turnedAway?: Ending;
  waits: number;
  plan?: SwapPlan;
  lease?: Lease;
}

/** How a step leaves the runbook. */
export type Exit = { readonly kind: "end"; readonly ending: Ending } | { readonly kind: "superseded" };

/** Enters a phase, in the promotion record where people see it; the way out when this run is not in charge any more. */
export function* enter(run: Run, phase: Phase, note?: string): Steps<Exit | undefined> {
  return overtaken(run, (yield entering(run, phase, note)) as ChangeAnswer | undefined);
}

/** A run ends where the promotion record names another run, or an outcome that somebody else stored. */
export function overtaken(run: Pick<Run, "runId">, answer: ChangeAnswer | undefined): Exit | undefined {
  const isInCharge = !answer || (answer.runId === run.runId && answer.outcome === undefined);
  return isInCharge ? undefined : { kind: "superseded" };
}

/** The task of entering a phase. */
export function entering(run: Run, phase: Phase, note?: string): Task {
  return callRecord(run.context, run.requestId, {
    kind: "enter",
    runId: run.runId,
    phase,
    at: timeOf(run.context),
    ...(note === undefined ? {} : { note }),
    deadlines: run.deadlines,
  });
}

type News = Pick<ProgressData, "step" | "detail" | "approval">;

/** Tells the world of a step, best effort. */
export function* progress(
  run: Run,
  step: News["step"],
  detail: string,
  approval?: News["approval"],
): Steps<void> {
  yield describing(run, approval ? { step, detail, approval } : { step, detail });
}

/** The task of telling steps in this order. */
export function describing(run: Run, ...news: readonly News[]): Task {
  const { requestId, pair, context } = run;
  return callActivity(context, "announceProgress", { requestId, pair, news, at: timeOf(context) });
}

/** Starts the waiting loop for one wait; the parent yields only this child. */
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

/** Of a run that found an outcome only, and was not counted, the id is one by chance. */
function waitIdOf(run: Run): string {
  const { context, requestId, began } = run;
  if (!began.run || began.conclusion)
    return waitInstance(requestId, context.df.newGuid("wait").slice(0, 8), 0);
  return waitInstance(requestId, began.run.n, run.waits++);
}

/** The deadline of a wait: its own, or the request's `expiresAt` when that comes first. */
export function untilOf(run: Run, deadline: number): number {
  return Math.min(deadline, run.began.request.expiresAt ?? Infinity);
}

/**
 * The ending of a wait that ran until `until`: `code`, or `request-expired` where that was the request's `expiresAt`. No clock
 * decides: the one of the host that waited may differ from this one's.
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
  /** Only for a wait that nobody can cancel any more. */
  readonly cancelled?: () => never;
}

/** Where a promotion goes after a wait. Being cancelled or superseded ends it the same way after every wait. */
export function afterWait<K extends Kind, D, E>(
  result: WaitResult<K>,
  { decided, expired: ranOut, cancelled: cannot }: AfterWait<K, D, E>,
): D | E | Exit {
  switch (result.ended) {
    case "decided":
      return decided(result.verdict);
    case "expired":
      return ranOut(result);
    case "superseded":
      return { kind: "superseded" };
    case "cancelled":
      return cannot ? cannot() : cancelled(result.cancel);
  }
}

/** For waits after the swap: a cancel is refused by then. */
export function cannotBeCancelled(): never {
  throw new Error("a wait was cancelled that nobody can cancel");
}

export function cancelled(cancel: Cancel): Exit {
  const ending = {
    outcome: "cancelled",
    reason: reason("cancelled-by-person", describeCancel(cancel)),
  } as const;
  return { kind: "end", ending };
}
