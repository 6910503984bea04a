import type { PairPolicy } from "../domain/policy";
import type { Policies } from "../ports/policies";

/** The pairs of the file, found by name and by key. */
export function createPolicies(pairs: readonly PairPolicy[]): Policies {
  const named = new Map(pairs.map((pair) => [pair.name, pair]));
  const keyed = new Map(pairs.map((pair) => [pair.key, pair]));
  return { find: (name) => named.get(name), byKey: (key) => keyed.get(key), all: () => pairs };
}
