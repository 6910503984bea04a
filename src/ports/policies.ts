import type { PairPolicy } from "../domain/policy";

/** The pairs of this installation; nothing else is ever touched. */
export interface Policies {
  find(pair: string): PairPolicy | undefined;
  all(): readonly PairPolicy[];
}
