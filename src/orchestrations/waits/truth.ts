import type { OrchestrationContext } from "durable-functions";
import type { SwapPlan } from "../../domain/plan";
import type { SwapTruth } from "../../domain/verification";
import { act, type Steps } from "../calls";

/** Reads both services of a plan afresh, with the public IPs they name once the slots are not as before. */
export function* readTruth(
  context: OrchestrationContext,
  { incoming, outgoing, policy }: SwapPlan,
): Steps<SwapTruth> {
  return yield* act(context, "readTruth", {
    incoming: incoming.id,
    outgoing: outgoing.id,
    versionTag: policy.versionTag,
  });
}
