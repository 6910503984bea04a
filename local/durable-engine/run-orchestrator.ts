import type { Completion, OrchestratorState } from "./actions";
import type { Effects } from "./changes";
import type { EngineApp } from "./contract";
import { asEvent, carryOut, finalStatus, outputText, tellParent } from "./decisions";
import { Episode, type Answer, type EpisodeResult } from "./episode";
import { findFunction, namesOf } from "./functions";
import { takeIn, takeInCarefully } from "./intake";
import { EventType, toTimeSpan, type HistoryEvent } from "./history";
import type { Host } from "./host";
import { isLive, type InstanceRecord, type Message } from "./records";

const STATE_MARK = "$OutOfProcData$:";
/** 16 KB of UTF-16, golden: big-status. */
const CUSTOM_STATUS_LIMIT = 16 * 1024;

/**
 * Runs one episode of an instance: its messages, one call of JavaScript with the whole history, and all its
 * decisions, durable in one transaction. Generations that continue as new run in the same episode.
 */
export async function runOrchestrator(
  host: Host,
  id: string,
  messages: readonly Message[],
  ended: () => void,
): Promise<void> {
  const { hub } = host;
  const effects = host.begin();
  const instance = hub.instances.get(id);
  const isLate = instance !== undefined && isLive(instance.status) && instance.episodes > 0;
  let past = isLate ? await hub.history(id) : [];
  const { taken, deferred } = hub.isFaulty
    ? takeInCarefully(instance, past, messages)
    : takeIn(instance, messages);
  for (const message of deferred) hub.queues.defer(message);
  const served = messages.filter((message) => !deferred.includes(message));
  if (served.length > 0) effects.inputs.push({ type: "dropMessages", messages: served });
  if (!instance || taken.length === 0) {
    await host.commit(effects, { kind: "orchestration", id, name: instance?.name ?? "" });
    return;
  }
  let record = instance;
  let events = taken.map((message) => message.event);
  for (let continued = false; ; continued = true) {
    const next = await runGeneration(host, { record, past, events, continued }, effects);
    if (!next) break;
    if (record.episodes > 0) effects.history.push({ type: "dropHistory", record });
    record = next;
    events = [host.restarted(next)];
    past = [];
  }
  ended();
  const work = { kind: "orchestration", id, name: instance.name } as const;
  await host.commit(effects, work, { instance: id, was: instance });
}

interface Generation {
  readonly record: InstanceRecord;
  readonly past: readonly HistoryEvent[];
  readonly events: readonly HistoryEvent[];
  /** Whether continue-as-new started this generation: its first history has another shape (golden: can-obj). */
  readonly continued: boolean;
}

/** Calls JavaScript once and records its decisions; returns the next generation when it continued as new. */
async function runGeneration(
  host: Host,
  generation: Generation,
  effects: Effects,
): Promise<InstanceRecord | undefined> {
  const { app } = host;
  const { record, past, events, continued } = generation;
  const started = host.event(EventType.OrchestratorStarted, {});
  const completed = host.event(EventType.OrchestratorCompleted, {});
  const batch = [started, ...events, ...(continued ? [completed] : [])];
  const { answer, sequence } = await askJavaScript(host, record, past, batch);
  const result = new Episode(
    {
      instanceId: record.id,
      executionId: record.executionId,
      name: record.name,
      entities: namesOf(app, "entityTrigger"),
    },
    answer,
  ).replay([...past, ...batch]);
  const customStatus = "state" in answer ? answer.state.customStatus : undefined;
  const unknown = unknownActivity(app, result);
  if (unknown !== undefined) {
    strand(host, effects, record, batch, unknown);
    return undefined;
  }
  if (result.refused !== undefined) {
    host.log({ level: "error", message: `${record.name} (${record.id}): ${result.refused}` });
  }
  const completion = judgeAnswer(host, record, customStatus, result, sequence);
  const decisions = isOversized(customStatus) ? [] : result.decisions;
  for (const decision of decisions) carryOut(host, effects, record, decision);
  const scheduled = decisions.map((decision) => asEvent(host, decision));
  const history = [...batch, ...scheduled, ...(continued && scheduled.length === 0 ? [] : [completed])];
  if (completion?.status === "ContinuedAsNew") {
    const next = nextGeneration(host, effects, record, completion);
    carryOver(host, effects, record, result.unconsumed);
    return next;
  }
  effects.history.push({ type: "putHistory", record, events: history });
  const status = completion ? finalStatus(completion) : result.suspended ? "Suspended" : "Running";
  finishEpisode(
    host,
    effects,
    { ...record, status, output: reasonIn(events) ?? record.output },
    customStatus,
    completion,
  );
  return undefined;
}

/** The reason of a suspension or resumption is the output of the unfinished instance (golden: management.json). */
function reasonIn(events: readonly HistoryEvent[]): string | undefined {
  const kinds: readonly number[] = [EventType.ExecutionSuspended, EventType.ExecutionResumed];
  const last = events.filter((event) => kinds.includes(event.EventType)).at(-1);
  return typeof last?.Reason === "string" ? JSON.stringify(last.Reason) : undefined;
}

/**
 * Writes the instance row at the end of the episode. At the end of the instance, notifies the parent and drops open
 * timers.
 */
function finishEpisode(
  host: Host,
  effects: Effects,
  record: InstanceRecord,
  given: unknown,
  completion: Completion | undefined,
): void {
  const customStatus = isOversized(given) ? record.customStatus : (given ?? record.customStatus);
  const output = completion ? outputText(completion) : record.output;
  const updatedAt = host.clock.now();
  host.putInstance(effects, { ...record, customStatus, output, updatedAt, episodes: record.episodes + 1 });
  if (!completion) return;
  host.dropTimersOf(effects, record.id);
  tellParent(host, effects, record, completion);
}

/** Forwards events to the generation that will wait: the next one may be over before this episode is. */
function carryOver(
  host: Host,
  effects: Effects,
  { id }: InstanceRecord,
  unconsumed: readonly HistoryEvent[],
): void {
  const events = unconsumed.map((event) => event.Name ?? "");
  if (events.length > 0 && host.hub.faults.losesCarriedEvents?.({ id, events })) return;
  for (const event of unconsumed) host.carryOver(effects, id, { ...event, IsPlayed: false });
}

function nextGeneration(
  host: Host,
  effects: Effects,
  record: InstanceRecord,
  completion: Completion,
): InstanceRecord {
  host.dropTimersOf(effects, record.id);
  const executionId = host.hub.ids.hex();
  const input = completion.result;
  return {
    ...record,
    executionId,
    input,
    shownInput: input ?? record.shownInput,
    status: "Running",
    episodes: 0,
  };
}

async function askJavaScript(
  host: Host,
  record: InstanceRecord,
  past: readonly HistoryEvent[],
  batch: readonly HistoryEvent[],
): Promise<{ answer: Answer; sequence?: number }> {
  const { app } = host;
  const found = findFunction(app, record.name, "orchestrationTrigger");
  if (!found) {
    const known = namesOf(app, "orchestrationTrigger")
      .map((name) => `'${name}'`)
      .join(", ");
    const text = `The function '${record.name}' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The following are the known orchestrator functions: ${known}.`;
    return { answer: { thrown: new Error(text) } };
  }
  const more = {
    input: record.input === null ? null : (JSON.parse(record.input) as unknown),
    instanceId: record.id,
    isReplaying: past.length > 0,
    parentInstanceId: record.parent?.instanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: 3,
    longRunningTimerIntervalDuration: toTimeSpan(3 * 86_400_000),
    maximumShortTimerDuration: toTimeSpan(6 * 86_400_000),
    defaultHttpAsyncRequestSleepTimeMillseconds: 30_000,
  };
  try {
    const reply = await app.invoke(found.name, {
      inputData: [{ name: found.binding, data: { string: host.episodeText(past, batch, more) } }],
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

/** Turns silent errors into failures: id drift, an oversized custom status. */
function judgeAnswer(
  host: Host,
  record: InstanceRecord,
  status: unknown,
  result: EpisodeResult,
  sequence: number | undefined,
): Completion | undefined {
  if (isOversized(status)) {
    const text = "The UTF-16 size of the JSON-serialized payload must not exceed 16 KB.";
    const size = `The current payload size is ${Math.round((JSON.stringify(status).length * 2) / 1024)} KB.`;
    return { status: "Failed", result: `Orchestrator function '${record.name}' failed: ${text} ${size}` };
  }
  if (
    sequence !== undefined &&
    sequence !== result.nextId &&
    !["Terminated", "Failed"].includes(result.completion?.status ?? "")
  ) {
    const message = `id-drift: the SDK of ${record.name} (${record.id}) counts ${sequence} ids, the engine ${result.nextId}; a task was listed in more than one Task.any or Task.all`;
    host.log({ level: "error", message });
    return { status: "Failed", result: message };
  }
  return result.completion;
}

function isOversized(status: unknown): boolean {
  return status !== undefined && JSON.stringify(status).length * 2 > CUSTOM_STATUS_LIMIT;
}

function unknownActivity(app: EngineApp, { decisions }: EpisodeResult): string | undefined {
  const found = decisions.find((d) => d.kind === "activity" && !findFunction(app, d.name, "activityTrigger"));
  return found?.kind === "activity" ? found.name : undefined;
}

/** The real host leaves such an instance Running for good (golden: unknown-act); here the log says why. */
function strand(
  host: Host,
  effects: Effects,
  record: InstanceRecord,
  batch: readonly HistoryEvent[],
  name: string,
): void {
  const message = `${record.name} (${record.id}) calls the activity '${name}', which does not exist: it stays Running for good`;
  host.log({ level: "error", message });
  effects.history.push({ type: "putHistory", record, events: batch });
  host.putInstance(effects, { ...record, status: "Running", episodes: record.episodes + 1 });
}
