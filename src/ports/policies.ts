import type { PairKey } from "../domain/kernel/pair-key";
import type { writePair } from "../domain/policy/pairs-file-form";
import type { PairPolicy } from "../domain/policy/policy";

/** An entry of the pairs file; durations such as "2m". */
export type WrittenPair = ReturnType<typeof writePair>;

/** The pairs of this installation; nothing else is ever touched. */
export interface Policies {
  /** By the name that people use. What is under way is found by its key: names may change meanwhile. */
  find(name: string): PairPolicy | undefined;
  byKey(key: PairKey): PairPolicy | undefined;
  all(): readonly PairPolicy[];
  /** A pair as the pairs file would write it with every default spelled out. */
  written(policy: PairPolicy): WrittenPair;
}
