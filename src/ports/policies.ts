import type { PairKey } from "../domain/pair-key";
import type { PairPolicy } from "../domain/policy";

/** The pairs of this installation; nothing else is ever touched. */
export interface Policies {
  /** By the name that people use. What is under way is found by its key: names may change meanwhile. */
  find(name: string): PairPolicy | undefined;
  byKey(key: PairKey): PairPolicy | undefined;
  all(): readonly PairPolicy[];
}
