import type { PairKey } from "../domain/kernel/pair-key";
import type { writePair } from "../domain/policy/pairs-file-form";
import type { PairPolicy } from "../domain/policy/policy";

/** An entry of the pairs file, with durations such as "2m". */
export type WrittenPair = ReturnType<typeof writePair>;

/** The pairs of this installation. The app never touches any other service. */
export interface Policies {
  /** By the name that people use. Names may change during a promotion, keys do not. */
  find(name: string): PairPolicy | undefined;
  byKey(key: PairKey): PairPolicy | undefined;
  all(): readonly PairPolicy[];
  /** A pair as an entry of the pairs file, with every default included. */
  written(policy: PairPolicy): WrittenPair;
}
