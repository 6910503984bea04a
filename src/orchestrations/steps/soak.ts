import { evidenceOf, soakDeadline, watchRule } from "../../domain/cloud-service/soak";
import { reason } from "../../domain/kernel/reason-codes";
import type { SwapPlan } from "../../domain/plan/plan";
import { tightenSoak } from "../../domain/policy/policy";
import { halted } from "../../domain/promotion/next-step";
import type { Verified } from "../../domain/swap/verification";
import { type Steps, timeOf } from "../calls";
import { afterWait, cannotBeCancelled, enter, type Exit, progress, type Run, waitFor } from "../run";
import type { WaitKinds, WaitResult } from "../wait-input";
import { recordSoak, regressed, type Regressed, windowClosed } from "./watch";

/** Step 9. Watches new production for a while; what cannot be measured is for a person, and no regression. */
export function* soak(run: Run, plan: SwapPlan, verified: Verified): Steps<Exit | Regressed> {
  const { policy } = plan;
  const rule = watchRule(tightenSoak(policy, run.began.request), policy.readiness.stableForMs);
  if (rule.forMs === 0) return yield* promoted(run, verified);
  const now = timeOf(run.context);
  const until = (run.deadlines.soak ??= soakDeadline(rule, now));
  const over = yield* enter(run, "soaking");
  if (over) return over;
  const probes = policy.probes ?? [];
  const what = probes.length > 0 ? `role instances and ${probes.length} probes` : "role instances";
  yield* progress(run, "soaking", `${plan.incoming.name} is watched for ${rule.forMs / 1000} s: ${what}`);
  const result = yield* waitFor(run, "soak", { plan, probes, rule }, { until });
  const next = afterWait(result, {
    decided: (verdict) => decided(run, plan, verdict),
    expired: (left) => unmeasured(run, left),
    cancelled: cannotBeCancelled,
  });
  return "kind" in next ? next : yield* next;
}

function* unmeasured(
  run: Run,
  { last, memory }: Extract<WaitResult<"soak">, { ended: "expired" }>,
): Steps<Exit | Regressed> {
  yield* recordSoak(run, memory && evidenceOf(memory, timeOf(run.context)));
  return yield* windowClosed(run, halted("soak-unmeasurable", last));
}

function* decided(run: Run, plan: SwapPlan, verdict: WaitKinds["soak"]["verdict"]): Steps<Exit | Regressed> {
  switch (verdict.kind) {
    case "ordered":
      return { kind: "regressed", order: verdict.order };
    case "regression":
      return yield* regressed(run, plan, verdict.detail, verdict);
    case "pass":
      yield* recordSoak(run, verdict.evidence);
      return yield* promoted(run, verdict);
    case "cannot-measure":
      yield* recordSoak(run, verdict.evidence);
      return yield* windowClosed(run, halted("soak-unmeasurable", verdict.detail));
    case "foreign-state":
      yield* recordSoak(run, verdict.evidence);
      return yield* windowClosed(run, halted("foreign-state", verdict.detail));
  }
}

function* promoted(run: Run, { detail, finalRead }: Verified): Steps<Exit | Regressed> {
  const ending = { outcome: "promoted", reason: reason("promoted", detail), finalRead } as const;
  return yield* windowClosed(run, ending);
}
