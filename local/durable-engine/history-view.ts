import { EngineError } from "./contract";
import { toTimestamp, EventType, type HistoryEvent } from "./history";
import { isLive, type InstanceRecord } from "./records";

const hidden: readonly number[] = [EventType.OrchestratorStarted, EventType.OrchestratorCompleted];
const scheduling: readonly number[] = [EventType.TaskScheduled, EventType.SubOrchestrationCreated];

/** The extension's names of the two events that this engine names shorter. */
const names: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(EventType).map(([name, type]) => [type, name])),
  [EventType.SubOrchestrationCreated]: "SubOrchestrationInstanceCreated",
  [EventType.SubOrchestrationCompleted]: "SubOrchestrationInstanceCompleted",
  [EventType.SubOrchestrationFailed]: "SubOrchestrationInstanceFailed",
};

/**
 * History as replies show it (golden: every scenario). Scheduled work is merged into its completion; internal events
 * and all ids are absent; results are parsed, and only present with `outputs`.
 */
export function shownHistory(
  record: InstanceRecord,
  history: readonly HistoryEvent[],
  outputs: boolean,
): Record<string, unknown>[] {
  const scheduled = scheduledById(history);
  const done = new Set(history.map((event) => event.TaskScheduledId));
  const events = history
    .filter((event) => !hidden.includes(event.EventType))
    .filter((event) => !scheduling.includes(event.EventType) || !done.has(event.EventId))
    .map((event) => shown(event, scheduled.get(event.TaskScheduledId ?? -1), outputs));
  const ended = history.some((event) => event.EventType === EventType.ExecutionCompleted);
  return isLive(record.status) || ended ? events : [...events, completed(record, outputs)];
}

/** Two events with one id, from a non-deterministic orchestrator, cannot be shown (golden: nondet). */
function scheduledById(history: readonly HistoryEvent[]): Map<number, HistoryEvent> {
  const found = new Map<number, HistoryEvent>();
  for (const event of history) {
    if (!scheduling.includes(event.EventType)) continue;
    if (found.has(event.EventId)) {
      const key = `${names[event.EventType] ?? ""}_${event.EventId}`;
      throw new ArgumentError(`An item with the same key has already been added. Key: ${key}`);
    }
    found.set(event.EventId, event);
  }
  return found;
}

/** An invalid argument of a request, reported as .NET's ArgumentException. */
export class ArgumentError extends EngineError {
  constructor(message: string) {
    super(400, message);
  }
}

const never = ["EventId", "IsPlayed", "TaskScheduledId", "TimerId", "EventType", "Result", "Version"];
/** The start event shows only these fields, and its name under another key. */
const ofStarted = [
  "Input",
  "Correlation",
  "ParentTraceContext",
  "ScheduledStartTime",
  "Generation",
  "GenerateNewTrace",
  "Timestamp",
];

function shown(
  event: HistoryEvent,
  scheduled: HistoryEvent | undefined,
  outputs: boolean,
): Record<string, unknown> {
  const started = event.EventType === EventType.ExecutionStarted;
  const kept = Object.entries(event).filter(([name]) =>
    started ? ofStarted.includes(name) : !never.includes(name),
  );
  return {
    EventType: names[event.EventType] ?? String(event.EventType),
    ...Object.fromEntries(kept),
    ...(outputs && event.Result !== undefined ? { Result: parsed(event.Result) } : {}),
    ...(started ? { FunctionName: event.Name } : {}),
    ...(scheduled ? { FunctionName: scheduled.Name, ScheduledTime: scheduled.Timestamp, Input: null } : {}),
  };
}

function completed(record: InstanceRecord, outputs: boolean): Record<string, unknown> {
  return {
    EventType: "ExecutionCompleted",
    OrchestrationStatus: record.status,
    ...(outputs ? { Result: parsed(record.output) } : {}),
    FailureDetails: null,
    Timestamp: toTimestamp(record.updatedAt),
  };
}

/** JSON text as a value; other text stays text. */
export function parsed(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
