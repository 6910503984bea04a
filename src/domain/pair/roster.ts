import type { PairKey } from "../kernel/pair-key";

/**
 * The pairs that promotions are kept of: those of the pairs file, and those that were taken out of it. Durable state of the
 * `roster` entity, of which there is one.
 */
export interface Roster {
  readonly v: 1;
  readonly pairs: readonly {
    readonly key: PairKey;
    /** Since when it is not in the file. */
    readonly gone?: number;
    /** Nothing is under way for it any more: only its history is left. */
    readonly quiet?: true;
  }[];
}

/** What the file has now, and what is known of pairs that it has not. */
export interface RosterChange {
  readonly inFile: readonly PairKey[];
  /** They have nothing under way. */
  readonly idle?: readonly PairKey[];
  /** The retention of all that they had is over. */
  readonly empty?: readonly PairKey[];
  readonly at: number;
}

/** A host with the file of before may accept something for a pair that another one holds to be gone. */
const QUIET_AFTER_MS = 24 * 3_600_000;

type Known = Roster["pairs"][number];

const nobody: Roster = { v: 1, pairs: [] };

/** The same state when nothing changes. */
export function applyToRoster(roster: Roster = nobody, change: RosterChange): Roster {
  const { inFile, empty = [] } = change;
  const there = new Set(inFile);
  const kept = roster.pairs
    .filter(({ key, quiet }) => !quiet || there.has(key) || !empty.includes(key))
    .map((pair) => (there.has(pair.key) ? present(pair) : absent(pair, change)));
  const known = new Set(kept.map(({ key }) => key));
  const pairs = [...kept, ...inFile.filter((key) => !known.has(key)).map((key) => ({ key }))];
  const isSame = pairs.length === roster.pairs.length && pairs.every((pair, i) => pair === roster.pairs[i]);
  return isSame ? roster : { v: 1, pairs };
}

function present(pair: Known): Known {
  return pair.gone === undefined ? pair : { key: pair.key };
}

function absent(pair: Known, { idle = [], at }: RosterChange): Known {
  const { key, gone, quiet } = pair;
  if (gone === undefined) return { key, gone: at };
  const falls = !quiet && idle.includes(key) && at - gone > QUIET_AFTER_MS;
  return falls ? { key, gone, quiet: true } : pair;
}

/** The pairs that are not in the file and may have something under way. */
export function removedPairs(roster: Roster | undefined, inFile: readonly PairKey[]): readonly PairKey[] {
  const { pairs } = roster ?? nobody;
  const quiet = new Set(pairs.filter((pair) => pair.quiet).map(({ key }) => key));
  return formerPairs(roster, inFile).filter((key) => !quiet.has(key));
}

/** All pairs that are not in the file and of which something is left. */
export function formerPairs(roster: Roster | undefined, inFile: readonly PairKey[]): readonly PairKey[] {
  const there = new Set(inFile);
  return (roster ?? nobody).pairs.map(({ key }) => key).filter((key) => !there.has(key));
}

/** While hosts are replaced, one with the file of before must not take what was just added for removed. */
const AWAY_MS = 3 * 60_000;

/** Whether a pair has been out of the file for long enough to be removed. */
export function isRemoved(roster: Roster | undefined, key: PairKey, now: number): boolean {
  const gone = roster?.pairs.find((pair) => pair.key === key)?.gone;
  return gone !== undefined && now - gone >= AWAY_MS;
}
