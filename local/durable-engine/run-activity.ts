import type { EngineApp } from "./contract";
import { activityInput, findFunction, resultText } from "./functions";
import { EventType } from "./history";
import type { Host } from "./host";
import { isLive, type ActivityRecord } from "./records";

/**
 * Runs one activity; stores its result and removes its record in one transaction. After a crash in between it runs
 * again: at least once. A result for an execution that is over is dropped.
 */
export async function runActivity(host: Host, activity: ActivityRecord, ended: () => void): Promise<void> {
  const effects = host.begin();
  const outcome = await invokeActivity(host.app, activity);
  if (activity.resultDelayMs !== undefined) await host.hub.pause(activity.resultDelayMs);
  ended();
  effects.inputs.push({ type: "dropActivity", activity });
  const instance = host.hub.instances.get(activity.instanceId);
  if (instance && isLive(instance.status) && instance.executionId === activity.executionId) {
    const failed = "reason" in outcome;
    const event = failed
      ? host.event(EventType.TaskFailed, {
          TaskScheduledId: activity.taskId,
          Reason: outcome.reason,
          Details: outcome.details,
          FailureDetails: null,
        })
      : host.event(EventType.TaskCompleted, { TaskScheduledId: activity.taskId, Result: outcome.result });
    host.send(effects, activity.instanceId, event, activity.executionId);
  }
  await host.commit(effects, { kind: "activity", id: activity.instanceId, name: activity.name });
}

type Outcome = { readonly result: string | null } | { readonly reason: string; readonly details: string };

async function invokeActivity(app: EngineApp, activity: ActivityRecord): Promise<Outcome> {
  const found = findFunction(app, activity.name, "activityTrigger");
  if (!found) return { reason: `The function '${activity.name}' doesn't exist.`, details: "" };
  const text = activityInput(activity.input);
  const data = text === undefined ? {} : { string: text };
  try {
    const { returnValue } = await app.invoke(found.name, {
      inputData: [{ name: found.binding, data }],
      triggerMetadata: {
        instanceId: { string: activity.instanceId },
        ...(text === undefined ? {} : { data: { json: JSON.stringify(activity.input) } }),
      },
    });
    return { result: resultText(returnValue) };
  } catch (fault) {
    const error = fault instanceof Error ? fault : new Error(String(fault));
    return {
      reason: `Activity function '${found.name}' failed:  ${error.message}`,
      details: error.stack ?? error.message,
    };
  }
}
