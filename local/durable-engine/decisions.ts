import type { Completion, Decision } from "./actions";
import { EventType, toTimestamp, type HistoryEvent } from "./history";
import type { Effects, Hub } from "./hub";
import type { InstanceRecord } from "./records";

export function carryOut(hub: Hub, effects: Effects, record: InstanceRecord, decision: Decision): void {
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
      input: child.input === undefined || child.input === null ? null : JSON.stringify(child.input),
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

export function asEvent(hub: Hub, decision: Decision): HistoryEvent {
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

export function finalStatus(completion: Completion): "Completed" | "Failed" | "Terminated" {
  return completion.status === "ContinuedAsNew" ? "Completed" : completion.status;
}

/** Outputs are kept as JSON text; a failure's text and a termination's reason are plain. */
export function outputText({ status, result }: Completion): string | null {
  return status === "Completed" || result === null ? result : JSON.stringify(result);
}

export function tellParent(hub: Hub, effects: Effects, record: InstanceRecord, completion: Completion): void {
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
