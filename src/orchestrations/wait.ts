import type { OrchestrationContext, Task } from "durable-functions";
import { sleepMs } from "../domain/promotion/waiting";
import { applyToPairEntity, changeRecord, type Steps, timeOf } from "./calls";
import { overtaken } from "./run";
import type { Kind, News, Round, Wait, WaitInput, WaitResult } from "./wait-input";
import { waits } from "./waits";

/** Rounds per generation, so that the history of a long wait stays short. */
const ROUNDS = 5;

/**
 * The waiting loop of every wait, a child orchestration with its own history:
 * 1. observe (activities, entities), unless it is too early;
 * 2. decide, as a pure function;
 * 3. else record what it waits for, and sleep until the next observation, a wake event, or 60 s;
 * 4. continue as new every few rounds and after every wake event: one waiter per generation.
 * Timers decide nothing. A lost wake-up only delays the wait until its timer fires.
 */
export function* wait(context: OrchestrationContext): Steps<WaitResult<Kind> | undefined> {
  const input = context.df.getInput<WaitInput | undefined>();
  if (!input) throw new Error("the waiting loop was started without input");
  const waiter = context.df.waitForExternalEvent("wake");
  let current = input;
  for (let round = 0; ; round++) {
    const step = yield* takeRound(context, current, round);
    if ("ended" in step) return step;
    const isAgain = step.observeAfter === current.observeAfter;
    current = step;
    if (round + 1 >= ROUNDS || waiter.isCompleted) {
      context.df.continueAsNew(current);
      return undefined;
    }
    yield* sleep(context, waiter, current, isAgain);
  }
}

/** One observation and decision. Returns the result, or the input of the next round. */
function* takeRound<K extends Kind>(
  context: OrchestrationContext,
  input: WaitInput<K>,
  round: number,
): Steps<WaitInput<K> | WaitResult<K>> {
  const kind: Wait<K> = waits[input.kind];
  // Yields at least once per round, so that a wake event and continue-as-new are never in the same execution.
  const view = yield* applyToPairEntity(context, input.pairKey, { kind: "read", requestId: input.requestId });
  if (view.cancel && kind.cancellable) return { ended: "cancelled", cancel: view.cancel };
  const early = isEarly(kind, input, timeOf(context));
  const last = input.last ?? { detail: "waiting for the next check" };
  const seen: Round<K> = early
    ? { kind: "again", memory: input.memory, ...last, afterMs: 0 }
    : yield* kind.observe(context, input, view);
  if (seen.kind === "decided") return { ended: "decided", verdict: seen.verdict };
  const now = timeOf(context);
  if (now >= lastCheckOf(input)) return { ended: "expired", last: seen.detail, memory: seen.memory };
  const isInCharge = kind.afterOutcome ?? (yield* record(context, input, seen, round));
  if (!isInCharge) return { ended: "superseded" };
  const observeAfter = early ? input.observeAfter : now + seen.afterMs;
  return { ...input, memory: seen.memory, last: newsOf(seen), observeAfter };
}

function isEarly({ checksWhenWoken }: { checksWhenWoken?: boolean }, input: WaitInput, now: number): boolean {
  return !checksWhenWoken && now < (input.observeAfter ?? 0);
}

/** Records changes of the news, and checks once per generation whether this run is still in charge. */
function* record<K extends Kind>(
  context: OrchestrationContext,
  input: WaitInput<K>,
  seen: Extract<Round<K>, { kind: "again" }>,
  round: number,
): Steps<boolean> {
  if (round > 0 && !isNews(seen, input.last)) return true;
  const { endsWith, next } = waits[input.kind];
  const { kind, since, until, runId } = input;
  const { detail, readiness } = seen;
  const waiting = { kind, detail, since, until, endsWith, next, instanceId: context.df.instanceId };
  const answer = yield* changeRecord(context, input.requestId, { kind: "wait", runId, waiting, readiness });
  return overtaken({ runId }, answer) === undefined;
}

function lastCheckOf({ until, graceMs = 0 }: WaitInput): number {
  return until + graceMs;
}

function newsOf({ detail, readiness }: News): News {
  return { detail, readiness };
}

/** A new read with the same content is no news. */
function isNews(seen: News, last: News | undefined): boolean {
  const comparable = (news: News | undefined) =>
    JSON.stringify(news, (name, value: unknown) => (name === "observedAt" ? undefined : value));
  return comparable(newsOf(seen)) !== comparable(last);
}

/** `isAgain`: the previous round was too early to observe. */
function* sleep(
  context: OrchestrationContext,
  waiter: Task,
  input: WaitInput,
  isAgain: boolean,
): Steps<void> {
  if (waiter.isCompleted) return;
  const now = timeOf(context);
  const due = Math.min(input.observeAfter ?? now, lastCheckOf(input));
  const timer = context.df.createTimer(new Date(now + sleepMs(due - now, isAgain)));
  yield context.df.Task.any([timer, waiter]);
  // Cancel the timer here, and observe again before continue-as-new: doing both in one execution would deliver the wake
  // event again in every generation (azure-functions-durable-extension issue 2606).
  if (!timer.isCompleted) timer.cancel();
}
