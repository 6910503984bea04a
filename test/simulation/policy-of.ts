import { defaultPolicy, type PairPolicy } from "../../src/domain/policy";
import type { Azure } from "./azure";
import type { WorldPlan } from "./world-plan";

/** The policy of one pair of a simulated world: the defaults, with the timings of its plan. */
export function policyOf(plan: WorldPlan, name: string, azure: Azure): PairPolicy {
  const { readiness, soak, ...rest } = defaultPolicy;
  return {
    ...rest,
    name,
    allowUnpinned: true,
    blue: azure.serviceId(name, "blue"),
    green: azure.serviceId(name, "green"),
    // Worlds that are watched after their swap, and swapped back, are not simulated yet.
    soak: { ...soak, forMs: 0 },
    swapBack: "never",
    readiness: { ...readiness, stableForMs: plan.stableForMs, deadlineMs: plan.readinessDeadlineMs },
  };
}
