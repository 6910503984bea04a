import { decideVerification, withAnswers } from "../../domain/swap/verification";
import { runActivity } from "../calls";
import { readObservedState } from "./observed-state";
import type { Wait } from "./waits";

/** Re-reads both services and their public IPs, and asks production, until all show the target state. */
export const verification: Wait<"verification"> = {
  cancellable: false,
  endsWith:
    "both services and their public IPs read as the plan wants them, and every probe of production passes",
  next: "production is watched for a while; without verification by the deadline the swap is a regression, or halts",
  *observe(context, { about: { plan, probes, orderable } }, { lease }) {
    if (orderable && lease?.order)
      return { kind: "decided", verdict: { kind: "ordered", order: lease.order } };
    const observed = yield* readObservedState(context, plan);
    const read = decideVerification(plan, observed);
    const isAsked = read.kind === "verified" && probes.length > 0;
    const answers = isAsked ? yield* runActivity(context, "runProbes", { probes, at: "production" }) : [];
    const { kind, detail, finalRead, against } = withAnswers(read, answers);
    if (kind === "verified") return { kind: "decided", verdict: { kind, detail, finalRead } };
    return {
      kind: "again",
      memory: { finalRead, against },
      detail,
      afterMs: plan.policy.verification.pollMs,
    };
  },
};
