import type { OperationRead } from "../../domain/attempt";
import { decideSettlement } from "../../domain/settlement";
import type { SwapTruth } from "../../domain/verification";
import { applyToPairEntity, callActivity, timeOf, type Steps } from "../calls";
import type { WaitInput } from "../wait-input";
import type { OrchestrationContext } from "durable-functions";
import type { Wait } from "./waits";

/** Follows an open attempt until its effect, or its lack of effect, is proved by reads of both services. */
export const settlement: Wait<"settlement"> = {
  cancellable: false,
  endsWith: "reads of both services prove the swap done or without effect",
  next: "the swap is verified; without proof by the deadline the promotion is halted",
  *observe(context, input) {
    const { plan } = input.about;
    const { open } = yield* applyToPairEntity(context, input.pair, {
      kind: "look",
      requestId: input.requestId,
    });
    const verdict = open?.verdict;
    const url = verdict?.kind === "accepted" ? verdict.operationUrl : undefined;
    const { truth, operation } = yield* look(context, input, url);
    const now = timeOf(context);
    const memory = input.memory ?? { startedAt: input.since };
    const decision = decideSettlement(memory, { verdict, operation, truth, now }, plan.policy.swap);
    if (decision.kind !== "not-yet") return { kind: "decided", verdict: { ...decision, verdict } };
    return {
      kind: "again",
      memory: decision.memory,
      detail: decision.detail,
      afterMs: Math.max(plan.policy.swap.pollMs, decision.retryAfterMs ?? 0),
    };
  },
};

function* look(
  context: OrchestrationContext,
  { about: { plan } }: WaitInput<"settlement">,
  url: string | undefined,
): Steps<{ truth: SwapTruth; operation?: OperationRead | undefined }> {
  const truth = callActivity(context, "readTruth", {
    incoming: plan.incoming.id,
    outgoing: plan.outgoing.id,
    versionTag: plan.policy.versionTag,
    publicIps: false,
  });
  if (url === undefined) return { truth: (yield truth) as SwapTruth };
  const both = context.df.Task.all([truth, callActivity(context, "followOperation", { url })]);
  const [read, operation] = (yield both) as [SwapTruth, OperationRead];
  return { truth: read, operation };
}
