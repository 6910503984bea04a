import { defaultPolicy, type PairPolicy } from "../../src/domain/policy";
import type { Azure } from "./azure";
import type { WorldPlan } from "./world-plan";

/** The policy of one pair of a simulated world: the defaults, with the timings of its plan. */
export function policyOf(plan: WorldPlan, name: string, azure: Azure): PairPolicy {
  const { readiness, ...rest } = defaultPolicy;
  return {
    ...rest,
    name,
    allowUnpinned: true,
    blue: azure.serviceId(name, "blue"),
    green: azure.serviceId(name, "green"),
    readiness: { ...readiness, stableForMs: plan.stableForMs, deadlineMs: plan.readinessDeadlineMs },
  };
}
