import { defaultPolicy, type PairPolicy } from "../../src/domain/policy";
import type { Azure } from "./azure";
import { pairKeyIn } from "./pair-ids";
import { probeOf } from "./health";
import { openingPolicyOf } from "./times";
import type { WorldPlan } from "./world-plan";

/** The policy of one pair of a simulated world: the defaults, with the timings of its plan. */
export function policyOf(plan: WorldPlan, name: string, azure: Azure): PairPolicy {
  const { readiness, soak, ...rest } = defaultPolicy;
  return {
    ...rest,
    name,
    key: pairKeyIn(name),
    allowUnpinned: true,
    blue: azure.serviceId(name, "blue"),
    green: azure.serviceId(name, "green"),
    soak: { ...soak, forMs: plan.soak?.forMs ?? 0 },
    swapBack: plan.soak?.swapBack ?? "never",
    ...(plan.soak?.probed ? { probes: [probeOf(name, plan.soak.asksStaging)] } : {}),
    ...(plan.approval ? { approval: plan.approval } : {}),
    ...(plan.opening ? { opening: openingPolicyOf(plan.opening) } : {}),
    swap: swapTimesOf(plan),
    readiness: { ...readiness, stableForMs: plan.stableForMs, deadlineMs: plan.readinessDeadlineMs },
  };
}

/** The times of a plan's swaps. */
export function swapTimesOf({ swapTimes }: Pick<WorldPlan, "swapTimes">): PairPolicy["swap"] {
  return { ...defaultPolicy.swap, ...swapTimes };
}
