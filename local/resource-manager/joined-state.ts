import { serviceId } from "./ids";
import type { Scenario } from "./scenario";
import { addPair, initialState, type WorldState } from "./state";

/**
 * The state of a world that starts: what was kept, and the pairs that its scenario has gained since. A pair that was
 * there before stays as time has left it, be its services deleted. Throws where the scenario means other services than
 * those that are there under its names.
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
      throw new Error(`${side.name} of the pair ${name} is ${found} in the data folder, not ${wanted}`);
    const partner = there.swappable?.toLowerCase();
    if (side.swappable === undefined && partner !== undefined && partner !== other.name.toLowerCase())
      throw new Error(`${side.name} of the pair ${name} stands with ${partner} in the data folder`);
  }
}
