import type { Completion, Decision } from "./actions";
import { EventType, toTimestamp, type HistoryEvent } from "./history";
import type { Effects } from "./changes";
import type { Host } from "./host";
import type { InstanceRecord } from "./records";

export function carryOut(host: Host, effects: Effects, record: InstanceRecord, decision: Decision): void {
  const { id: instanceId, executionId } = record;
  switch (decision.kind) {
    case "activity":
      host.schedule(effects, {
        instanceId,
        executionId,
        taskId: decision.id,
        name: decision.name,
        input: decision.input,
      });
      return;
    case "timer":
      host.setTimer(effects, { instanceId, executionId, timerId: decision.id, fireAt: decision.fireAt });
      return;
    case "event":
      host.send(
        effects,
        decision.target,
        host.event(EventType.EventRaised, { Name: decision.name, Input: decision.text() }),
      );
      return;
    case "child":
      startChild(host, effects, record, decision);
  }
}

function startChild(
  host: Host,
  effects: Effects,
  record: InstanceRecord,
  child: Extract<Decision, { kind: "child" }>,
): void {
  const { id: instanceId, executionId, name } = record;
  try {
    host.create(effects, {
      name: child.name,
      input: child.input === undefined || child.input === null ? null : JSON.stringify(child.input),
      id: child.instanceId,
      version: child.version ?? null,
      parent: { name, instanceId, executionId, taskId: child.id },
    });
  } catch (fault) {
    const reason = fault instanceof Error ? fault.message : String(fault);
    const failed = { TaskScheduledId: child.id, Reason: reason, Details: reason, FailureDetails: null };
    host.send(effects, instanceId, host.event(EventType.SubOrchestrationFailed, failed), executionId);
  }
}

export function asEvent(host: Host, decision: Decision): HistoryEvent {
  const base = { EventId: decision.id, IsPlayed: false, Timestamp: toTimestamp(host.clock.now()) };
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
        Input: decision.text(),
        ...base,
      };
  }
}

export function finalStatus(completion: Completion): "Completed" | "Failed" | "Terminated" {
  return completion.status === "ContinuedAsNew" ? "Completed" : completion.status;
}

/** Outputs are JSON text; the text of a failure and the reason of a termination are plain. */
export function outputText({ status, result }: Completion): string | null {
  return status === "Completed" || result === null ? result : JSON.stringify(result);
}

export function tellParent(
  host: Host,
  effects: Effects,
  record: InstanceRecord,
  completion: Completion,
): void {
  const { parent } = record;
  if (!parent) return;
  const TaskScheduledId = parent.taskId;
  const event =
    completion.status === "Completed"
      ? host.event(EventType.SubOrchestrationCompleted, { TaskScheduledId, Result: completion.result })
      : host.event(EventType.SubOrchestrationFailed, {
          TaskScheduledId,
          Reason: completion.result,
          // A terminated child carries no details, which fails its parent (azure-functions-durable-extension issue 506).
          Details:
            completion.status === "Terminated" ? null : `Message: ${completion.result ?? ""}, StackTrace: `,
          FailureDetails: null,
        });
  host.send(effects, parent.instanceId, event, parent.executionId);
}
