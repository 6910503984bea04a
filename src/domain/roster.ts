import type { PairKey } from "./pair-key";

/**
 * The pairs that may have something under way: those of the pairs file, and those that were taken out of it. Durable state of
 * the `roster` entity, of which there is one.
 */
export interface Roster {
  readonly v: 1;
  /** `gone`: since when it is not in the file. */
  readonly pairs: readonly { readonly key: PairKey; readonly gone?: number | undefined }[];
}

/** What the file has now, and which of those it has not have nothing under way. */
export interface RosterChange {
  readonly inFile: readonly PairKey[];
  readonly idle: readonly PairKey[];
  readonly at: number;
}

/** A host with the file of before may accept something for a pair that another one holds to be gone. */
const FORGOTTEN_AFTER_MS = 24 * 3_600_000;

const nobody: Roster = { v: 1, pairs: [] };

/** The same state when nothing changes. */
export function applyToRoster(roster: Roster = nobody, { inFile, idle, at }: RosterChange): Roster {
  const there = new Set(inFile);
  const over = new Set(idle);
  const isOver = ({ key, gone = at }: Roster["pairs"][number]) =>
    !there.has(key) && over.has(key) && at - gone > FORGOTTEN_AFTER_MS;
  const kept = roster.pairs
    .filter((pair) => !isOver(pair))
    .map((pair) => {
      if (there.has(pair.key)) return pair.gone === undefined ? pair : { key: pair.key };
      return pair.gone === undefined ? { key: pair.key, gone: at } : pair;
    });
  const known = new Set(kept.map(({ key }) => key));
  const pairs = [...kept, ...inFile.filter((key) => !known.has(key)).map((key) => ({ key }))];
  const isSame = pairs.length === roster.pairs.length && pairs.every((pair, i) => pair === roster.pairs[i]);
  return isSame ? roster : { v: 1, pairs };
}

/** The pairs that are in no file any more and may have something under way. */
export function removedPairs(roster: Roster | undefined, inFile: readonly PairKey[]): readonly PairKey[] {
  const there = new Set(inFile);
  return (roster ?? nobody).pairs.map(({ key }) => key).filter((key) => !there.has(key));
}
