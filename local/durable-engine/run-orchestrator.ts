import { randomBytes } from "node:crypto";
import type { Completion, Decision, OrchestratorState } from "./actions";
import type { EngineApp } from "./contract";
import { Episode, type Answer, type EpisodeResult } from "./episode";
import { findFunction, namesOf } from "./functions";
import { asPlayed, EventType, toTimeSpan, toTimestamp, type HistoryEvent } from "./history";
import type { Effects, Hub } from "./hub";
import { isLive, type InstanceRecord, type Message } from "./records";

const STATE_MARK = "$OutOfProcData$:";
/** 16 KB of UTF-16, golden: big-status. */
const CUSTOM_STATUS_LIMIT = 16 * 1024;

/**
 * Runs one episode of an instance: its messages, one call of JavaScript with the whole history, and everything it
 * decided, durable in one transaction. Generations that continue as new run in the same episode.
 */
export async function runOrchestrator(
  hub: Hub,
  app: EngineApp,
  id: string,
  messages: readonly Message[],
): Promise<void> {
  const effects = hub.begin();
  effects.transaction.dropMessages(messages);
  const instance = hub.instances.get(id);
  const fresh = instance
    ? messages.filter((m) => !m.executionId || m.executionId === instance.executionId)
    : [];
  if (!instance || !isLive(instance.status) || fresh.length === 0) {
    await hub.commit(effects);
    return;
  }
  const stored = instance.episodes > 0 ? await hub.store.history(id) : [];
  let record = instance;
  let past = stored;
  let events = fresh.map((message) => message.event);
  for (let continued = false; ; continued = true) {
    const next = await takeTurn(hub, app, { record, past, events, continued }, effects);
    if (!next) break;
    if (record.episodes > 0) effects.transaction.dropHistory(record);
    record = next;
    events = [hub.restarted(next)];
    past = [];
  }
  await hub.commit(effects);
}

interface Turn {
  readonly record: InstanceRecord;
  readonly past: readonly HistoryEvent[];
  readonly events: readonly HistoryEvent[];
  /** Whether this generation was started by continue-as-new: its first history has another shape (golden: can-obj). */
  readonly continued: boolean;
}

/** One call of JavaScript and what it decided; answers with the next generation when it continued as new. */
async function takeTurn(
  hub: Hub,
  app: EngineApp,
  turn: Turn,
  effects: Effects,
): Promise<InstanceRecord | undefined> {
  const { record, past, events, continued } = turn;
  const started = hub.event(EventType.OrchestratorStarted, {});
  const completed = hub.event(EventType.OrchestratorCompleted, {});
  const batch = [started, ...events, ...(continued ? [completed] : [])];
  const all = [...asPlayed(past), ...batch];
  const { answer, sequence } = await askJavaScript(app, record, all, past.length > 0);
  const result = new Episode(
    { instanceId: record.id, executionId: record.executionId, name: record.name },
    answer,
  ).replay(all);
  const completion = judgeAnswer(hub, record, answer, result, sequence);
  for (const decision of result.decisions) carryOut(hub, effects, record, decision);
  const scheduled = result.decisions.map((decision) => asEvent(hub, decision));
  const history = [...batch, ...scheduled, ...(continued && scheduled.length === 0 ? [] : [completed])];
  if (completion?.status === "ContinuedAsNew") {
    const next = nextGeneration(hub, effects, record, completion);
    for (const event of result.unconsumed)
      hub.send(effects, record.id, { ...event, IsPlayed: false }, next.executionId);
    return next;
  }
  effects.transaction.putHistory(record, history);
  const status = completion ? finalStatus(completion) : result.suspended ? "Suspended" : "Running";
  const customStatus =
    "state" in answer ? (answer.state.customStatus ?? record.customStatus) : record.customStatus;
  const output = completion ? outputText(completion) : record.output;
  const updated = {
    ...record,
    status,
    customStatus,
    output,
    updatedAt: hub.clock.now(),
    episodes: record.episodes + 1,
  } as const;
  hub.putInstance(effects, updated);
  if (completion) {
    hub.dropTimersOf(effects, record.id);
    tellParent(hub, effects, record, completion);
  }
  return undefined;
}

function nextGeneration(
  hub: Hub,
  effects: Effects,
  record: InstanceRecord,
  completion: Completion,
): InstanceRecord {
  hub.dropTimersOf(effects, record.id);
  const executionId = randomBytes(16).toString("hex");
  const next: InstanceRecord = {
    ...record,
    executionId,
    input: completion.result,
    status: "Running",
    episodes: 0,
  };
  return next;
}

async function askJavaScript(
  app: EngineApp,
  record: InstanceRecord,
  history: readonly HistoryEvent[],
  isReplaying: boolean,
): Promise<{ answer: Answer; sequence?: number | undefined }> {
  const found = findFunction(app, record.name, "orchestrationTrigger");
  if (!found) {
    const known = namesOf(app, "orchestrationTrigger");
    const text = `The function '${record.name}' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The following are the known orchestrator functions: ${known}.`;
    return { answer: { thrown: new Error(text) } };
  }
  const input = {
    history,
    input: record.input === null ? null : (JSON.parse(record.input) as unknown),
    instanceId: record.id,
    isReplaying,
    parentInstanceId: record.parent?.instanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: toTimeSpan(3 * 86_400_000),
    maximumShortTimerDuration: toTimeSpan(6 * 86_400_000),
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  try {
    const reply = await app.invoke(found.name, {
      inputData: [{ name: found.binding, data: { string: JSON.stringify(input, null, 2) } }],
    });
    const text = reply.returnValue?.json ?? reply.returnValue?.string ?? "{}";
    return { answer: { state: JSON.parse(text) as OrchestratorState }, sequence: reply.sequenceNumber };
  } catch (fault) {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    const at = error.message.indexOf(STATE_MARK);
    if (at < 0) return { answer: { thrown: error } };
    return {
      answer: { state: JSON.parse(error.message.slice(at + STATE_MARK.length)) as OrchestratorState },
    };
  }
}

/** Turns what must never pass silently into a loud failure: id drift, an oversized custom status. */
function judgeAnswer(
  hub: Hub,
  record: InstanceRecord,
  answer: Answer,
  result: EpisodeResult,
  sequence: number | undefined,
): Completion | undefined {
  const status = "state" in answer ? answer.state.customStatus : undefined;
  if (status !== undefined && JSON.stringify(status).length * 2 > CUSTOM_STATUS_LIMIT) {
    return { status: "Failed", result: "The custom status is larger than 16 KB of UTF-16 text." };
  }
  if (sequence !== undefined && sequence !== result.nextId && result.completion?.status !== "Terminated") {
    const message = `id-drift: the SDK of ${record.name} (${record.id}) counts ${sequence} ids, the engine ${result.nextId}; a task was listed in more than one Task.any or Task.all`;
    hub.log({ level: "error", message });
    return { status: "Failed", result: message };
  }
  return result.completion;
}

function carryOut(hub: Hub, effects: Effects, record: InstanceRecord, decision: Decision): void {
  const { id: instanceId, executionId } = record;
  switch (decision.kind) {
    case "activity":
      hub.schedule(effects, {
        instanceId,
        executionId,
        taskId: decision.id,
        name: decision.name,
        input: decision.input,
      });
      return;
    case "timer":
      hub.setTimer(effects, { instanceId, executionId, timerId: decision.id, fireAt: decision.fireAt });
      return;
    case "event":
      hub.send(
        effects,
        decision.target,
        hub.event(EventType.EventRaised, { Name: decision.name, Input: decision.input }),
      );
      return;
    case "child":
      startChild(hub, effects, record, decision);
  }
}

function startChild(
  hub: Hub,
  effects: Effects,
  record: InstanceRecord,
  child: Extract<Decision, { kind: "child" }>,
): void {
  const { id: instanceId, executionId, name } = record;
  try {
    hub.create(effects, {
      name: child.name,
      input: child.input === undefined ? null : JSON.stringify(child.input),
      id: child.instanceId,
      version: child.version ?? null,
      parent: { name, instanceId, executionId, taskId: child.id },
    });
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    const failed = { TaskScheduledId: child.id, Reason: reason, Details: reason, FailureDetails: null };
    hub.send(effects, instanceId, hub.event(EventType.SubOrchestrationFailed, failed), executionId);
  }
}

function asEvent(hub: Hub, decision: Decision): HistoryEvent {
  const base = { EventId: decision.id, IsPlayed: false, Timestamp: toTimestamp(hub.clock.now()) };
  switch (decision.kind) {
    case "activity":
      return {
        EventType: EventType.TaskScheduled,
        Name: decision.name,
        Version: "",
        Input: null,
        ParentTraceContext: null,
        Tags: null,
        ...base,
      };
    case "timer":
      return { EventType: EventType.TimerCreated, FireAt: toTimestamp(decision.fireAt), ...base };
    case "child":
      return {
        EventType: EventType.SubOrchestrationCreated,
        Name: decision.name,
        Version: decision.version ?? null,
        InstanceId: decision.instanceId,
        Input: null,
        ClientSpanId: null,
        Tags: null,
        ...base,
      };
    case "event":
      return {
        EventType: EventType.EventSent,
        InstanceId: decision.target,
        Name: decision.name,
        Input: decision.input,
        ...base,
      };
  }
}

function finalStatus(completion: Completion): "Completed" | "Failed" | "Terminated" {
  return completion.status === "ContinuedAsNew" ? "Completed" : completion.status;
}

/** Outputs are kept as JSON text; a failure's text and a termination's reason are plain. */
function outputText({ status, result }: Completion): string | null {
  return status === "Completed" || result === null ? result : JSON.stringify(result);
}

function tellParent(hub: Hub, effects: Effects, record: InstanceRecord, completion: Completion): void {
  const { parent } = record;
  if (!parent) return;
  const TaskScheduledId = parent.taskId;
  const event =
    completion.status === "Completed"
      ? hub.event(EventType.SubOrchestrationCompleted, { TaskScheduledId, Result: completion.result })
      : hub.event(EventType.SubOrchestrationFailed, {
          TaskScheduledId,
          Reason: completion.result,
          // A terminated child carries no details, which fails its parent (azure-functions-durable-extension issue 506).
          Details:
            completion.status === "Terminated" ? null : `Message: ${completion.result ?? ""}, StackTrace: `,
          FailureDetails: null,
        });
  hub.send(effects, parent.instanceId, event, parent.executionId);
}
