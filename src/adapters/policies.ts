import { writePair } from "../domain/policy/pairs-file-form";
import type { DeploymentWindowRule, PairPolicy } from "../domain/policy/policy";
import type { ScheduleRule } from "../domain/policy/schedule";
import { RETAIN_MS } from "../domain/promotion/retention";
import type { Policies } from "../ports/policies";

/** What the file says of its pairs beside their policies, by their names. */
export interface BesidePolicies {
  readonly deploymentWindows?: ReadonlyMap<string, DeploymentWindowRule>;
  readonly schedules?: readonly ScheduleRule[];
  readonly retention?: ReadonlyMap<string, number>;
}

/** The pairs of the file, found by name and by key, and as the file would write them. */
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
