import type { OrchestrationContext } from "durable-functions";
import type { OpenAttempt } from "../../domain/pair/pair";
import { isFollowed, mayHaveOperation, type OperationSeen } from "../../domain/swap/operation";
import { decideSettlement, isUnderWay, untilNextCheck } from "../../domain/swap/settlement";
import { verifiedBy } from "../../domain/swap/verification";
import { runActivity, type Steps, timeOf } from "../calls";
import { readObservedState } from "./observed-state";
import type { Wait } from "./waits";

/**
 * Follows an open attempt until its effect, or its lack of effect, is proved by reads of both services. They are read
 * after the operation's own word, and not while that says that nothing is decided yet.
 */
export const settlement: Wait<"settlement"> = {
  cancellable: false,
  endsWith: "reads of both services prove the swap done or without effect",
  next: "the swap is verified; without proof by the deadline the promotion is halted",
  *observe(context, { about: { plan }, since, memory = { startedAt: since } }, { open }) {
    const { swap } = plan.policy;
    const verdict = open?.verdict;
    const operation = memory.ended ?? (yield* follow(context, open));
    const underWay = isUnderWay(memory, operation, timeOf(context), swap);
    const observed = underWay ? undefined : yield* readObservedState(context, plan);
    const decision = decideSettlement(memory, { verdict, operation, observed, now: timeOf(context) }, swap);
    if (decision.kind !== "not-yet") {
      const verified = observed && verifiedBy(plan, observed);
      return { kind: "decided", verdict: { ...decision, verdict, nonce: open?.nonce, verified } };
    }
    return {
      kind: "again",
      memory: decision.memory,
      detail: decision.detail,
      afterMs: untilNextCheck(swap, decision.retryAfterMs, timeOf(context) - since),
    };
  },
};

function* follow(
  context: OrchestrationContext,
  open: OpenAttempt | undefined,
): Steps<OperationSeen | undefined> {
  if (!open || !mayHaveOperation(open.verdict)) return undefined;
  const { nonce, verdict } = open;
  return yield* runActivity(context, "followOperation", { nonce, named: isFollowed(verdict) });
}
