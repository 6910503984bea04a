import type { PairKey } from "../kernel/pair-key";

/** All pairs with stored promotions, including removed ones: durable state of the single `roster` entity. */
export interface Roster {
  readonly v: 1;
  readonly pairs: readonly {
    readonly key: PairKey;
    /** When it was removed from the file. */
    readonly gone?: number;
    /** Nothing is under way. Only its history is left. */
    readonly quiet?: true;
  }[];
}

/** The pairs of the current file, and the state of removed pairs. */
export interface RosterChange {
  readonly inFile: readonly PairKey[];
  /** Removed pairs with nothing under way. */
  readonly idle?: readonly PairKey[];
  /** Removed pairs whose retention is over. */
  readonly empty?: readonly PairKey[];
  readonly at: number;
}

/** Until then, a host with the previous file may still accept requests for the removed pair. */
const QUIET_AFTER_MS = 24 * 3_600_000;

type Known = Roster["pairs"][number];

const nobody: Roster = { v: 1, pairs: [] };

/** Returns the same state if nothing changes. */
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
  const becomesQuiet = !quiet && idle.includes(key) && at - gone > QUIET_AFTER_MS;
  return becomesQuiet ? { key, gone, quiet: true } : pair;
}

/** Removed pairs that may have something under way. */
export function removedPairs(roster: Roster | undefined, inFile: readonly PairKey[]): readonly PairKey[] {
  const { pairs } = roster ?? nobody;
  const quiet = new Set(pairs.filter((pair) => pair.quiet).map(({ key }) => key));
  return formerPairs(roster, inFile).filter((key) => !quiet.has(key));
}

/** All removed pairs with stored promotions. */
export function formerPairs(roster: Roster | undefined, inFile: readonly PairKey[]): readonly PairKey[] {
  const there = new Set(inFile);
  return (roster ?? nobody).pairs.map(({ key }) => key).filter((key) => !there.has(key));
}

/** During a deployment, a host with the previous file must not treat a new pair as removed. */
const AWAY_MS = 3 * 60_000;

/** Whether a pair is missing from the file for long enough to count as removed. */
export function isRemoved(roster: Roster | undefined, key: PairKey, now: number): boolean {
  const gone = roster?.pairs.find((pair) => pair.key === key)?.gone;
  return gone !== undefined && now - gone >= AWAY_MS;
}
