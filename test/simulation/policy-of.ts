import { defaultPolicy, type PairPolicy } from "../../src/domain/policy";
import type { Azure } from "./azure";
import { pairKeyIn } from "./pair-ids";
import { probeOf } from "./health";
import { openingPolicyOf } from "./times";
import { calledBy, type PlannedPair } from "./planned-pairs";
import type { WorldPlan } from "./world-plan";

/** The policy of one pair of a simulated world: the defaults, with the timings of its plan. */
export function policyOf(plan: WorldPlan, pair: PlannedPair, azure: Azure): PairPolicy {
  const { of, name, approval } = pair;
  const { readiness, soak, ...rest } = defaultPolicy;
  return {
    ...rest,
    name,
    key: pairKeyIn(of),
    allowUnpinned: true,
    blue: azure.serviceId(of, calledBy(pair, "blue")),
    green: azure.serviceId(of, calledBy(pair, "green")),
    soak: { ...soak, forMs: plan.soak?.forMs ?? 0 },
    swapBack: plan.soak?.swapBack ?? "never",
    ...(plan.soak?.probed ? { probes: [probeOf(of, plan.soak.asksStaging)] } : {}),
    ...(approval ? { approval } : {}),
    ...(plan.opening ? { opening: openingPolicyOf(plan.opening) } : {}),
    swap: swapTimesOf(plan),
    readiness: { ...readiness, stableForMs: plan.stableForMs, deadlineMs: plan.readinessDeadlineMs },
  };
}

/** The times of a plan's swaps. */
export function swapTimesOf({ swapTimes }: Pick<WorldPlan, "swapTimes">): PairPolicy["swap"] {
  return { ...defaultPolicy.swap, ...swapTimes };
}
