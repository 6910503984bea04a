import type { OrchestrationContext } from "durable-functions";
import type { SwapPlan } from "../domain/plan/plan";
import type { ObservedState } from "../domain/swap/verification";
import { runActivity, type Steps } from "./calls";

/** Reads both services of a plan afresh, with the public IPs they name once the slots are not as before. */
export function* readObservedState(
  context: OrchestrationContext,
  { incoming, outgoing, policy }: SwapPlan,
): Steps<ObservedState> {
  return yield* runActivity(context, "readObservedState", {
    incoming: incoming.id,
    outgoing: outgoing.id,
    versionTag: policy.versionTag,
  });
}
