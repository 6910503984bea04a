import { decideVerification } from "../../domain/verification";
import { readTruth } from "./truth";
import type { Wait } from "./waits";

/** Re-reads both services and their public IPs until they show the target state. */
export const verification: Wait<"verification"> = {
  cancellable: false,
  endsWith: "both services and their public IPs read as the plan wants them",
  next: "the promotion concludes; without verification by the deadline it is halted",
  *observe(context, { about: { plan } }) {
    const truth = yield* readTruth(context, plan);
    const { kind, detail, finalRead } = decideVerification(plan, truth);
    if (kind === "verified") return { kind: "decided", verdict: { detail, finalRead } };
    return { kind: "again", memory: finalRead, detail, afterMs: plan.policy.verification.pollMs };
  },
};
