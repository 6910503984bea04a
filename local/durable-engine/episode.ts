import type { Action, Completion, Decision, OrchestratorState, RetryOptions } from "./actions";
import { describeMismatch, guidOf, requestText, unsupported } from "./episode-words";
import { EventType, type HistoryEvent } from "./history";
import { runTasks, settledTask, Task, whenAll, whenAny } from "./task";

/** Longer timers are split, as in the extension. */
const SHORT_TIMER_MS = 6 * 86_400_000;
const LEG_MS = 3 * 86_400_000;

interface EpisodeSubject {
  /** Entity functions of the app, lower-case; a signal or call to another one fails the orchestration. */
  readonly entities: readonly string[];
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
}

const passesSuspension: readonly number[] = [EventType.ExecutionResumed, EventType.ExecutionTerminated];

const scheduledKinds: Readonly<Record<number, Decision["kind"]>> = {
  [EventType.TaskScheduled]: "activity",
  [EventType.TimerCreated]: "timer",
  [EventType.SubOrchestrationCreated]: "child",
  [EventType.EventSent]: "event",
};

/** The result from JavaScript: its state, or the error that it threw without one. */
export type Answer = { readonly state: OrchestratorState } | { readonly thrown: Error };

export interface EpisodeResult {
  /** New decisions, in id order; without those already in history. */
  readonly decisions: readonly Decision[];
  readonly completion?: Completion;
  /** Unconsumed events, in order: continue-as-new carries them over (golden: eternal-events). */
  readonly unconsumed: readonly HistoryEvent[];
  /** The next free id; must equal the SDK's own counter. */
  readonly nextId: number;
  readonly suspended: boolean;
  /** An action of the orchestrator that this engine does not support: the instance fails, and the log says why. */
  readonly refused: string | undefined;
}

class NonDeterminism extends Error {}
class Unsupported extends Error {}

/**
 * Replays JavaScript's actions against history, exactly as the extension's out-of-process shim does. The reply
 * carries no ids, so both sides count. Every scheduling event in history must match its replayed decision.
 */
export class Episode {
  readonly #subject: EpisodeSubject;
  readonly #answer: Answer;
  readonly #decided = new Map<number, Decision>();
  readonly #open = new Map<number, Task>();
  readonly #waiting = new Map<string, Task[]>();
  readonly #buffered: HistoryEvent[] = [];
  readonly #held: HistoryEvent[] = [];
  #nextId = 0;
  #guids = 0;
  #now = 0;
  #main: Task | undefined;
  #continueWith: { readonly input: string | null } | undefined;
  #suspended = false;
  #completion: Completion | undefined;

  constructor(subject: EpisodeSubject, answer: Answer) {
    this.#subject = subject;
    this.#answer = answer;
  }

  replay(events: readonly HistoryEvent[]): EpisodeResult {
    try {
      for (const event of events) this.#receive(event);
      this.#conclude();
    } catch (fault) {
      if (!(fault instanceof NonDeterminism)) throw fault;
      this.#completion = {
        status: "Failed",
        result: `Non-Deterministic workflow detected: ${fault.message}`,
      };
    }
    return {
      decisions: [...this.#decided.values()].sort((a, b) => a.id - b.id),
      completion: this.#completion,
      unconsumed: this.#buffered,
      nextId: this.#nextId,
      suspended: this.#suspended,
      refused: this.#main?.error instanceof Unsupported ? this.#main.error.message : undefined,
    };
  }

  #receive(event: HistoryEvent): void {
    const type = event.EventType;
    if (type === EventType.OrchestratorStarted) {
      this.#now = Date.parse(event.Timestamp);
      return;
    }
    if (this.#suspended && !passesSuspension.includes(type) && event.EventId === -1) {
      if (type !== EventType.ExecutionSuspended && type !== EventType.OrchestratorCompleted)
        this.#held.push(event);
      return;
    }
    this.#apply(event);
  }

  #apply(event: HistoryEvent): void {
    switch (event.EventType) {
      case EventType.ExecutionStarted:
        this.#main = runTasks(this.#orchestrate());
        return;
      case EventType.ExecutionTerminated:
        this.#completion ??= { status: "Terminated", result: event.Input ?? null };
        return;
      case EventType.TaskScheduled:
      case EventType.TimerCreated:
      case EventType.SubOrchestrationCreated:
      case EventType.EventSent:
        this.#expect(event);
        return;
      case EventType.TaskCompleted:
      case EventType.SubOrchestrationCompleted:
        this.#settle(event.TaskScheduledId, undefined, event.Result ?? null);
        return;
      case EventType.TaskFailed:
      case EventType.SubOrchestrationFailed:
        this.#settle(event.TaskScheduledId, new Error(event.Reason ?? "failed"), null);
        return;
      case EventType.TimerFired:
        this.#settle(event.TimerId, undefined, null);
        return;
      case EventType.EventRaised:
        this.#raise(event);
        return;
      case EventType.ExecutionSuspended:
        this.#suspended = true;
        return;
      case EventType.ExecutionResumed:
        this.#suspended = false;
        for (const held of this.#held.splice(0)) this.#receive(held);
        return;
      default:
        return;
    }
  }

  /** The decisions of this replay must match history, in kind and name. */
  #expect(event: HistoryEvent): void {
    const decision = this.#decided.get(event.EventId);
    const kind = scheduledKinds[event.EventType] ?? "activity";
    const named = decision && "name" in decision ? decision.name.toLowerCase() : undefined;
    const same = decision?.kind === kind && (named === undefined || named === event.Name?.toLowerCase());
    if (!same) throw new NonDeterminism(describeMismatch(event, kind, decision));
    this.#decided.delete(event.EventId);
  }

  /** Completion and continue-as-new require that nothing is open. */
  #conclude(): void {
    if (this.#completion || this.#suspended || !this.#main?.settled || this.#open.size > 0) return;
    const { error, value } = this.#main;
    if (error) this.#completion = { status: "Failed", result: error.message };
    else if (this.#continueWith)
      this.#completion = { status: "ContinuedAsNew", result: this.#continueWith.input };
    else this.#completion = { status: "Completed", result: value ?? null };
  }

  *#orchestrate(): Generator<Task<unknown>, string | null, unknown> {
    if ("thrown" in this.#answer) {
      throw new Error(`Orchestrator function '${this.#subject.name}' failed: ${this.#answer.thrown.message}`);
    }
    const { state } = this.#answer;
    for (const action of state.actions.flat()) {
      const task = this.#invoke(action);
      try {
        yield task;
      } catch {
        // The user's code has seen this failure already and decided what to do next.
      }
    }
    if (state.error) throw new Error(`Orchestrator function '${this.#subject.name}' failed: ${state.error}`);
    if (!state.isDone) yield new Task();
    return state.output === undefined ? null : JSON.stringify(state.output);
  }

  #invoke(action: Action): Task {
    const name = action.functionName ?? "";
    switch (action.actionType) {
      case 0:
        return this.#activity(name, action.input);
      case 1:
        return runTasks(this.#retry(action.retryOptions, () => this.#activity(name, action.input)));
      case 2:
        return this.#child(action);
      case 3:
        return runTasks(this.#retry(action.retryOptions, () => this.#child(action)));
      case 4:
        this.#continueWith = {
          input: action.input === undefined || action.input === null ? null : JSON.stringify(action.input),
        };
        return settledTask();
      case 5:
        return runTasks(this.#timer(Date.parse(action.fireAt ?? ""), action.isCanceled === true));
      case 6:
        return this.#await(action.externalEventName ?? "");
      case 7:
        return this.#await(this.#request(action, false));
      case 9:
        this.#request(action, true);
        return settledTask();
      case 11:
        return whenAny((action.compoundActions ?? []).map((child) => this.#invoke(child)));
      case 12:
        return whenAll((action.compoundActions ?? []).map((child) => this.#invoke(child)));
      default:
        throw new Unsupported(`the embedded engine does not support ${unsupported(action.actionType)}`);
    }
  }

  #track(id: number): Task {
    const task = new Task();
    this.#open.set(id, task);
    return task;
  }

  #activity(name: string, input: unknown): Task {
    const id = this.#nextId++;
    this.#decided.set(id, { kind: "activity", id, name, input });
    return this.#track(id);
  }

  #child({ functionName, input, instanceId, version }: Action): Task {
    const id = this.#nextId++;
    const child = instanceId ? instanceId : `${this.#subject.executionId}:${id}`;
    this.#decided.set(id, { kind: "child", id, name: functionName ?? "", input, instanceId: child, version });
    return this.#track(id);
  }

  #leg(fireAt: number): Task {
    const id = this.#nextId++;
    this.#decided.set(id, { kind: "timer", id, fireAt });
    return this.#track(id);
  }

  *#timer(fireAt: number, cancelled: boolean): Generator<Task<unknown>, string | null, unknown> {
    if (cancelled) {
      // Created and cancelled in the same step: it uses an id and keeps nothing open (the cause of pitfall 2).
      const id = this.#nextId;
      this.#leg(fireAt);
      this.#open.delete(id);
      return null;
    }
    if (fireAt - this.#now <= SHORT_TIMER_MS) {
      yield this.#leg(fireAt);
      return null;
    }
    while (this.#now < fireAt) {
      const rest = fireAt - this.#now;
      yield this.#leg(this.#now + (rest >= LEG_MS ? LEG_MS : rest));
    }
    return null;
  }

  /**
   * The extension's retry loop. Ids alternate between attempt and timer; after the last failure comes an immediate
   * timer.
   */
  *#retry(
    options: RetryOptions | undefined,
    call: () => Task,
  ): Generator<Task<unknown>, string | null, unknown> {
    const { maxNumberOfAttempts = 1, backoffCoefficient = 1 } = options ?? {};
    const first = options?.firstRetryIntervalInMilliseconds ?? 0;
    const longest = options?.maxRetryIntervalInMilliseconds ?? SHORT_TIMER_MS;
    const giveUpAt = this.#now + (options?.retryTimeoutInMilliseconds ?? Infinity);
    for (let attempt = 1; ; attempt++) {
      try {
        return (yield call()) as string | null;
      } catch (fault) {
        if (attempt >= maxNumberOfAttempts) {
          yield this.#leg(this.#now);
          throw fault;
        }
        if (this.#now >= giveUpAt) throw fault;
        yield this.#leg(this.#now + Math.min(first * backoffCoefficient ** (attempt - 1), longest));
      }
    }
  }

  /** Sends an entity operation and returns the id of its reply, which is the same on every replay. */
  #request(action: Action, signal: boolean): string {
    const { instanceId, executionId } = this.#subject;
    const guid = guidOf(`${instanceId}_${executionId}_${this.#now}_${this.#guids++}`);
    const message = { signal, guid, parent: instanceId, parentExecution: executionId, at: this.#now };
    // Built only when it is sent: a replay skips requests that were sent before.
    const text = () => requestText(action, message);
    const target = action.instanceId ?? "";
    this.#checkEntity(target);
    const id = this.#nextId++;
    this.#decided.set(id, { kind: "event", id, target, name: "op", text });
    return guid;
  }

  #checkEntity(target: string): void {
    const name = target.split("@")[1] ?? "";
    const { entities } = this.#subject;
    if (entities.some((entity) => entity.toLowerCase() === name.toLowerCase())) return;
    const known = entities.map((entity) => `'${entity}'`).join(", ");
    const text = `The function '${name}' doesn't exist, is disabled, or is not an entity function.`;
    const more = `Additional info: The following are the known entity functions: ${known}.`;
    throw new Error(`Orchestrator function '${this.#subject.name}' failed: ${text} ${more}`);
  }

  /** Waiters of one name are served last in, first out; buffered events first in, first out. */
  #await(name: string): Task {
    const task = new Task();
    this.#waiting.set(name, [...(this.#waiting.get(name) ?? []), task]);
    const index = this.#buffered.findIndex((event) => event.Name === name);
    const [event] = index < 0 ? [] : this.#buffered.splice(index, 1);
    if (event) this.#raise(event);
    return task;
  }

  #raise(event: HistoryEvent): void {
    // Events processed after continue-as-new belong to the next generation, with or without a waiter (pitfall 2).
    const waiter = this.#continueWith ? undefined : this.#waiting.get(event.Name ?? "")?.pop();
    if (waiter) waiter.settle(undefined, event.Input ?? null);
    else this.#buffered.push(event);
  }

  #settle(id: number | undefined, error: Error | undefined, value: string | null): void {
    const task = this.#open.get(id ?? -1);
    if (!task) return;
    this.#open.delete(id ?? -1);
    task.settle(error, value);
  }
}
