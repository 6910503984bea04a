import { EventType, type HistoryEvent } from "./history";
import { isLive, type InstanceRecord, type Message } from "./records";

const MAX_DEFERRALS = 10;
const results: readonly number[] = [
  EventType.TaskCompleted,
  EventType.TaskFailed,
  EventType.SubOrchestrationCompleted,
  EventType.SubOrchestrationFailed,
  EventType.TimerFired,
];

/** What happens to an inbox; messages in neither list are dropped. */
interface Intake {
  readonly taken: readonly Message[];
  /** Out of order: the store does not yet contain the item that they refer to. */
  readonly deferred: readonly Message[];
}

/** The messages of an inbox for this execution, when every message arrives once and in order. */
export function takeIn(instance: InstanceRecord | undefined, messages: readonly Message[]): Intake {
  if (!instance || !isLive(instance.status)) return { taken: [], deferred: [] };
  return { taken: messages.filter((m) => isMeantFor(m, instance)), deferred: [] };
}

/**
 * The same when messages can be lost, repeated or reordered, by the rules of the Azure Storage provider: drops
 * obsolete starts and repeated results, defers replies that history does not know yet, and loses what precedes the
 * start.
 */
export function takeInCarefully(
  instance: InstanceRecord | undefined,
  past: readonly HistoryEvent[],
  messages: readonly Message[],
): Intake {
  if (!instance || !isLive(instance.status)) {
    // The client that sent the start may not have written the row yet.
    const deferred = messages.filter((m) => isFirstStart(m.event) && (m.deferred ?? 0) < MAX_DEFERRALS);
    return { taken: [], deferred: deferred.filter((m) => m.executionId !== instance?.executionId) };
  }
  const scheduled = new Set(past.map((event) => event.EventId));
  const done = new Set(past.map(resultId));
  let isStarted = past.length > 0;
  const taken: Message[] = [];
  const deferred: Message[] = [];
  for (const message of messages) {
    const { event } = message;
    if (!isMeantFor(message, instance)) continue;
    if (event.EventType === EventType.ExecutionStarted) {
      if (!isStarted) taken.push(message);
      isStarted = true;
      continue;
    }
    const id = resultId(event);
    if (id !== undefined && done.has(id)) continue;
    if (id === undefined ? message.isReply && !isRequested(past, event.Name) : !scheduled.has(id)) {
      deferred.push(message);
      continue;
    }
    done.add(id);
    taken.push(message);
  }
  return { taken: isStarted ? taken : [], deferred };
}

function isMeantFor({ executionId }: Message, instance: InstanceRecord): boolean {
  return !executionId || executionId === instance.executionId;
}

function isFirstStart(event: HistoryEvent): boolean {
  return event.EventType === EventType.ExecutionStarted && !event["ParentInstance"];
}

/** The id of the task whose result this event is. */
function resultId(event: HistoryEvent): number | undefined {
  if (!results.includes(event.EventType)) return undefined;
  return event.EventType === EventType.TimerFired ? event.TimerId : event.TaskScheduledId;
}

function isRequested(past: readonly HistoryEvent[], id: string | null | undefined): boolean {
  return past.some((e) => e.EventType === EventType.EventSent && e.Input?.includes(`"id":"${id ?? ""}"`));
}
