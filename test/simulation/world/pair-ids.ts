import { contentHashOf } from "../../../src/contracts/content-hash";
import { type PairKey, pairKeyOf } from "../../../src/domain/kernel/pair-key";
import type { Side } from "../../../src/domain/kernel/swap-request";

export const SUBSCRIPTION = "00000000-0000-4000-8000-000000000001";

/** The full ARM id of a service of a simulated world; the services of a pair are named after it as the world begins. */
export function serviceIdOf(pair: string, side: Side): string {
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${pair}-rg/providers/Microsoft.Compute/cloudServices/${pair}-${side}`;
}

/** What the product keeps the state of that pair under, whatever it is named later. */
export function pairKeyIn(pair: string): PairKey {
  return pairKeyOf({ blue: serviceIdOf(pair, "blue"), green: serviceIdOf(pair, "green") }, contentHashOf);
}

/** Which of these pairs has its state under a key, whatever it is named. */
export function pairOfKey(pairs: readonly string[], key: string | undefined): string | undefined {
  return pairs.find((pair) => pairKeyIn(pair) === key);
}
