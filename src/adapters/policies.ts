import { writePair } from "../domain/policy/pairs-file-form";
import type { DeploymentWindowRule, PairPolicy } from "../domain/policy/policy";
import type { ScheduleRule } from "../domain/policy/schedule";
import { RETAIN_MS } from "../domain/promotion/retention";
import type { Policies } from "../ports/policies";

/** Settings of the pairs file that are not part of policies, by the pairs' names. */
export interface BesidePolicies {
  readonly deploymentWindows?: ReadonlyMap<string, DeploymentWindowRule>;
  readonly schedules?: readonly ScheduleRule[];
  readonly retention?: ReadonlyMap<string, number>;
}

export function createPolicies(pairs: readonly PairPolicy[], besides: BesidePolicies = {}): Policies {
  const { deploymentWindows, schedules = [], retention } = besides;
  const named = new Map(pairs.map((pair) => [pair.name, pair]));
  const keyed = new Map(pairs.map((pair) => [pair.key, pair]));
  return {
    find: (name) => named.get(name),
    byKey: (key) => keyed.get(key),
    all: () => pairs,
    written: (pair) =>
      writePair(pair, {
        window: deploymentWindows?.get(pair.name),
        schedules: schedules.filter((schedule) => schedule.pair === pair.name),
        retainMs: retention?.get(pair.name) ?? RETAIN_MS,
      }),
  };
}
