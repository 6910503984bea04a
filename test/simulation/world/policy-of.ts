import { defaultPolicy, type PairPolicy } from "../../../src/domain/policy/policy";
import { calledBy } from "../plans/planned-pairs";
import type { PlannedPair, WorldPlan } from "../plans/world-plan";
import type { Azure } from "./azure";
import { probeOf } from "./health";
import { pairKeyIn } from "./pair-ids";
import { windowPolicyOf } from "./times";

/** The policy of one pair of a simulated world: the defaults, with the times of its plan. */
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
    rollback: plan.soak?.rollback ?? "never",
    ...(plan.soak?.probed ? { probes: [probeOf(of, plan.soak.asksStaging)] } : {}),
    ...(approval ? { approval } : {}),
    ...(plan.window ? { window: windowPolicyOf(plan.window) } : {}),
    swap: swapTimesOf(plan),
    readiness: { ...readiness, stableForMs: plan.stableForMs, deadlineMs: plan.readinessDeadlineMs },
  };
}

export function swapTimesOf({ swapTimes }: Pick<WorldPlan, "swapTimes">): PairPolicy["swap"] {
  return { ...defaultPolicy.swap, ...swapTimes };
}
