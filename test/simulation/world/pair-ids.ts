import { contentHashOf } from "../../../src/contracts/content-hash";
import { type PairKey, pairKeyOf } from "../../../src/domain/kernel/pair-key";
import type { Side } from "../../../src/domain/kernel/swap-request";

export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";

/** The full ARM id of a service of a simulated world. Services are named after their pair's first name. */
export function serviceIdOf(pair: string, side: Side): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${pair}-rg/providers/Microsoft.Compute/cloudServices/${pair}-${side}`;
}

/** The product's key of that pair, whatever its later name. */
export function pairKeyIn(pair: string): PairKey {
  return pairKeyOf({ blue: serviceIdOf(pair, "blue"), green: serviceIdOf(pair, "green") }, contentHashOf);
}

/** The pair whose state has this key, whatever its name. */
export function pairOfKey(pairs: readonly string[], key: string | undefined): string | undefined {
  return pairs.find((pair) => pairKeyIn(pair) === key);
}
