import { serviceId } from "./ids";
import type { Scenario } from "./scenario";
import { addPair, initialState, type WorldState } from "./state";

/**
 * The state of a world at its start: what was stored, and pairs that are new in the scenario. An existing pair keeps
 * its state, even if its services are deleted. Throws when the scenario has other services under the same names.
 */
export function joinedState(kept: WorldState | undefined, scenario: Scenario, now: number): WorldState {
  if (!kept) return initialState(scenario, now);
  for (const pair of scenario.pairs) {
    refuseOthers(kept, scenario, pair);
    const isKnown = pair.publicIps.some(({ name }) => kept.publicIps[name.toLowerCase()] !== undefined);
    if (!isKnown) addPair(pair, kept);
  }
  return kept;
}

const remedy = "start with --fresh, or with another --data";

type Pair = Scenario["pairs"][number];

function refuseOthers(
  { services }: WorldState,
  { subscription }: Scenario,
  { name, blue, green }: Pair,
): void {
  for (const [side, other] of [
    [blue, green],
    [green, blue],
  ] as const) {
    const there = services[side.name.toLowerCase()];
    if (!there) continue;
    const [wanted, found] = [serviceId(subscription, side), serviceId(subscription, there)];
    if (wanted.toLowerCase() !== found.toLowerCase())
      throw new Error(
        `${side.name} of the pair ${name} is ${found} in the data folder, not ${wanted}: ${remedy}`,
      );
    const partner = there.swappable?.toLowerCase();
    if (side.swappable === undefined && partner !== undefined && partner !== other.name.toLowerCase())
      throw new Error(
        `${side.name} of the pair ${name} stands with ${partner} in the data folder: ${remedy}`,
      );
  }
}
