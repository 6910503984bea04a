import { createHash } from "node:crypto";
import type { Decision } from "./actions";
import type { HistoryEvent } from "./history";

/** In the framework's own words (golden: nondet). */
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
  const h = createHash("sha1").update(text).digest("hex");
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
