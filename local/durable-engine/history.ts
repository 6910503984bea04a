/** Event types of the Durable Task Framework's history (https://github.com/Azure/durabletask). */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationCreated: 7,
  SubOrchestrationCompleted: 8,
  SubOrchestrationFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventSent: 14,
  EventRaised: 15,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
} as const;

/** One event as the SDK receives it; further fields depend on its type. */
export interface HistoryEvent {
  readonly EventType: number;
  readonly EventId: number;
  readonly IsPlayed: boolean;
  readonly Timestamp: string;
  readonly Name?: string | null;
  readonly Version?: string | null;
  readonly Input?: string | null;
  readonly Result?: string | null;
  readonly Reason?: string | null;
  readonly FireAt?: string;
  readonly TimerId?: number;
  readonly TaskScheduledId?: number;
  readonly InstanceId?: string;
  readonly [more: string]: unknown;
}

const received: readonly number[] = [
  EventType.ExecutionStarted,
  EventType.TaskCompleted,
  EventType.TaskFailed,
  EventType.SubOrchestrationCompleted,
  EventType.SubOrchestrationFailed,
  EventType.TimerFired,
  EventType.EventRaised,
  EventType.ExecutionSuspended,
  EventType.ExecutionResumed,
];

/** Past events as the host sends them: only ExecutionStarted and received events are marked as played. */
export function asPlayed(events: readonly HistoryEvent[]): HistoryEvent[] {
  const continued = isContinued(events);
  return events.map((event, i) => (continued && i === 2 ? { ...event, IsPlayed: true } : played(event)));
}

function played(event: HistoryEvent): HistoryEvent {
  return received.includes(event.EventType) ? { ...event, IsPlayed: true } : event;
}

/** Each past event is serialized once, however many episodes include it. */
const playedTexts = new WeakMap<HistoryEvent, string>();

/** The JSON text of `[...asPlayed(past), ...batch]`. */
export function historyText(past: readonly HistoryEvent[], batch: readonly HistoryEvent[]): string {
  const continued = isContinued(past);
  const texts = past.map((event, i) => {
    if (continued && i === 2) return JSON.stringify({ ...event, IsPlayed: true });
    const known = playedTexts.get(event);
    if (known !== undefined) return known;
    const text = JSON.stringify(played(event));
    playedTexts.set(event, text);
    return text;
  });
  return `[${[...texts, ...batch.map((event) => JSON.stringify(event))].join(",")}]`;
}

/**
 * A generation started by continue-as-new: its execution id has no dashes, and its third event counts as played. Such
 * generations of sub-orchestrations look like first ones.
 */
function isContinued(events: readonly HistoryEvent[]): boolean {
  const started = events[1];
  const { ExecutionId: id } = (started?.["OrchestrationInstance"] ?? {}) as { ExecutionId?: string };
  return id?.includes("-") === false && !started?.["ParentInstance"];
}

export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** A .NET TimeSpan such as `3.00:00:00`. */
export function toTimeSpan(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  const rest = new Date(ms % 86_400_000).toISOString().slice(11, 19);
  return days > 0 ? `${days}.${rest}` : rest;
}
