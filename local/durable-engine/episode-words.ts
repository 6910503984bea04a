import { hash } from "node:crypto";
import type { Action, Decision } from "./actions";
import type { HistoryEvent } from "./history";

const NAMESPACE = "Microsoft.Azure.WebJobs.Extensions.DurableTask";

/** The message by which an orchestration requests an operation of an entity (golden: entity). */
export function requestText(
  { operation, input }: Action,
  about: {
    readonly signal: boolean;
    readonly guid: string;
    readonly parent: string;
    readonly parentExecution: string;
    readonly at: number;
  },
): string {
  const time = new Date(about.at).toISOString();
  return JSON.stringify({
    $type: `${NAMESPACE}.RequestMessage, ${NAMESPACE}`,
    op: operation,
    ...(about.signal ? { signal: true } : {}),
    ...(input === undefined || input === null ? {} : { input: JSON.stringify(input) }),
    id: about.guid,
    parent: about.parent,
    parentExecution: about.parentExecution,
    Timestamp: time,
    Predecessor: "0001-01-01T00:00:00",
    requestTime: time,
  });
}

/** The framework's own text (golden: nondet). */
export function describeMismatch(
  event: HistoryEvent,
  kind: Decision["kind"],
  now: Decision | undefined,
): string {
  const words: Record<Decision["kind"], string> = {
    activity: "an activity task",
    timer: "a timer task",
    child: "a sub orchestration",
    event: "an event to send",
  };
  const name = event.Name ? ` named '${event.Name}'` : "";
  const was = `A previous execution of this orchestration scheduled ${words[kind]} with sequence number ${event.EventId}${name}`;
  const named = now && "name" in now ? ` named '${now.name}'` : "";
  const is = now
    ? `but the current orchestration replay instead scheduled ${words[now.kind]}${named} with this sequence number`
    : "but the current replay execution hasn't (yet?) scheduled this task";
  return `${was}, ${is}.  Was a change made to the orchestrator code after this instance had already started running?`;
}

export function guidOf(text: string): string {
  const h = hash("sha1", text);
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-5${h.slice(13, 16)}-8${h.slice(17, 20)}-${h.slice(20, 32)}`;
}

export function unsupported(actionType: number): string {
  const names: Record<number, string> = {
    8: "durable HTTP (callHttp): call HTTP in an activity",
    13: "critical sections (lock): use an entity as arbiter",
    14: "critical sections (release)",
  };
  return names[actionType] ?? `action type ${actionType}`;
}
