import { reason } from "../../domain/kernel/reason-codes";
import type { SwapPlan } from "../../domain/plan/plan";
import { halted } from "../../domain/promotion/next-step";
import { decideVerification, type Verified, withAnswers } from "../../domain/swap/verification";
import { readObservedState, runActivity, type Steps, timeOf } from "../calls";
import { afterWait, cannotBeCancelled, enter, type Exit, type Run, waitFor } from "../run";
import type { Wait, WaitResult } from "../wait-input";
import { regressed, type Regressed, windowClosed } from "./watch";

/**
 * Step 8. Passes only after a read of both services shows the target state and the probes of production pass. Without
 * probes, the read that proved the swap may suffice.
 */
export function* verify(
  run: Run,
  plan: SwapPlan,
  { byUs, verified }: { readonly byUs: boolean; readonly verified?: Verified },
): Steps<Exit | Regressed | { readonly kind: "verified"; readonly verified: Verified }> {
  const over = yield* enter(run, "verifying");
  if (over) return over;
  // A swap by somebody else is read, but neither probed nor rolled back.
  const probes = byUs ? (plan.policy.probes ?? []) : [];
  if (verified && probes.length === 0) return found(verified, byUs);
  const until = timeOf(run.context) + plan.policy.verification.deadlineMs;
  const result = yield* waitFor(run, "verification", { plan, probes, orderable: byUs }, { until });
  const next = afterWait(result, {
    decided: (verdict) =>
      verdict.kind === "ordered"
        ? ({ kind: "regressed", order: verdict.order } as const)
        : found(verdict, byUs),
    expired: (left) => unverified(run, plan, byUs, left),
    cancelled: cannotBeCancelled,
  });
  return "kind" in next ? next : yield* next;
}

/** After the deadline, the last observation decides between a regression and a halt. */
function* unverified(
  run: Run,
  plan: SwapPlan,
  byUs: boolean,
  { last, memory }: Extract<WaitResult<"verification">, { ended: "expired" }>,
): Steps<Exit | Regressed> {
  const { against = "unmeasured", finalRead } = memory ?? {};
  if (byUs && against === "regression") return yield* regressed(run, plan, last, { finalRead });
  const code = against === "foreign-state" ? "foreign-state" : "verification-failed";
  return yield* windowClosed(run, { ...halted(code, last), finalRead });
}

function found(verified: Verified, byUs: boolean): Exit | { kind: "verified"; verified: Verified } {
  if (byUs) return { kind: "verified", verified };
  const { detail, finalRead } = verified;
  return { kind: "end", ending: { outcome: "unchanged", reason: reason("already-held", detail), finalRead } };
}

/** Reads both services and their public IPs, and probes production, until all show the target state. */
export const verificationWait: Wait<"verification"> = {
  cancellable: false,
  endsWith:
    "both services and their public IPs are in the state the plan expects, and every probe of production passes",
  next: "production is watched; without verification by the deadline, the swap is rolled back or the promotion halts",
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
