import type { TimerHandler } from "@azure/functions";
import type { PairKey } from "../domain/kernel/pair-key";
import { isRegistered } from "../domain/pair/answers";
import type { IndexEntry } from "../domain/pair/index-page";
import type { PairState } from "../domain/pair/pair";
import { formerPairs } from "../domain/pair/roster";
import type { PairPolicy } from "../domain/policy/policy";
import { isPastRetention } from "../domain/promotion/retention";
import type { Ports } from "../ports/ports";
import type { PortsFor } from "./ports-for";

/** The most that one walk does: it ends well within the function's timeout, and the next one continues. */
const MOST_REDUCED = 400;
const MOST_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Hourly, for each pair, also removed ones, oldest promotion first: past its retention a promotion loses its
 * histories, then everything but what answers duplicates; the next walk removes it from the index. Every step may
 * happen twice, and the process may die between any two. A pair or promotion that fails does not stop the others.
 */
export function createRetention(
  portsFor: PortsFor,
  retainMs: (pair: string | undefined) => number,
): TimerHandler {
  return async (_timer, context) => {
    const ports = portsFor(context);
    const walk: Walk = { ports, until: ports.clock.monotonic() + MOST_MS, reduced: 0 };
    const former = await readFormer(ports);
    const pairs: readonly Walked[] = [...ports.policies.all(), ...former.map((key) => ({ key }))];
    // Starts with another pair each hour: a busy pair must not starve the others.
    const first = Math.floor(ports.clock.now() / HOUR_MS) % Math.max(pairs.length, 1);
    const empty: PairKey[] = [];
    for (const pair of [...pairs.slice(first), ...pairs.slice(0, first)]) {
      if (isOver(walk)) break;
      try {
        await walkPair(pair, ports.clock.now() - retainMs(pair.name), walk);
        if (pair.name === undefined && (await isEmpty(pair.key, ports))) empty.push(pair.key);
      } catch (fault) {
        warn(pair.name ?? pair.key, fault, ports);
      }
    }
    await noteEmpty(empty, ports);
    const detail = `${walk.reduced} promotions`;
    if (walk.reduced > 0) ports.log.info("promotions past their retention were reduced", { detail });
  };
}

/** A pair of the file, or a removed one without a name. */
type Walked = Pick<PairPolicy, "key"> & { readonly name?: string };

async function readFormer(ports: Ports): Promise<readonly PairKey[]> {
  try {
    return formerPairs(await ports.pairs.readRoster(), keysOf(ports));
  } catch (fault) {
    warn("all", fault, ports);
    return [];
  }
}

/** A pair with nothing left need not be walked and listed any more. */
async function noteEmpty(empty: readonly PairKey[], ports: Ports): Promise<void> {
  if (empty.length === 0) return;
  try {
    await ports.pairs.noteRoster({ inFile: keysOf(ports), empty, at: ports.clock.now() });
  } catch (fault) {
    warn("all", fault, ports);
  }
}

function keysOf({ policies }: Ports): readonly PairKey[] {
  return policies.all().map(({ key }) => key);
}

function warn(pair: string, fault: unknown, { log }: Ports): void {
  log.warn("the retention of a pair could not be applied", { pair, fault });
}

interface Walk {
  readonly ports: Ports;
  /** By the monotonic clock. */
  readonly until: number;
  reduced: number;
}

function isOver({ ports, until, reduced }: Walk): boolean {
  return reduced >= MOST_REDUCED || ports.clock.monotonic() >= until;
}

/** Pages are in order of time: reading stops at the first entry that is too young. */
async function walkPair({ name, key }: Walked, before: number, walk: Walk): Promise<void> {
  const { promotions, pairs } = walk.ports;
  const state = await pairs.read(key);
  if (!state) return;
  const newest = state.index.page;
  let mayDrop = true;
  for (let page = await oldestKept(key, newest, walk.ports); page <= newest && !isOver(walk); page++) {
    const entries = (await promotions.readIndex(key, page))?.entries ?? [];
    const old = entries.filter(({ at }) => at < before);
    const gone = await reduceAll(old, { pair: name ?? key, state, before }, walk);
    // The newest page is never dropped: it is still being filled.
    mayDrop = mayDrop && page < newest && gone.length === entries.length;
    await forget(key, page, { requestIds: gone, mayDrop }, walk.ports);
    if (old.length < entries.length) return;
  }
}

/** Whether a pair has nothing under way and an empty index. */
async function isEmpty(pair: PairKey, ports: Ports): Promise<boolean> {
  const state = await ports.pairs.read(pair);
  if (!state) return true;
  const { page } = state.index;
  if (state.registered.length > 0 || (await oldestKept(pair, page, ports)) < page) return false;
  return ((await ports.promotions.readIndex(pair, page))?.entries ?? []).length === 0;
}

interface Gone {
  readonly requestIds: readonly string[];
  /** Nothing is left on this page or an earlier one. */
  readonly mayDrop: boolean;
}

async function forget(pair: PairKey, page: number, gone: Gone, { promotions }: Ports): Promise<void> {
  const { requestIds, mayDrop } = gone;
  if (requestIds.length === 0 && !mayDrop) return;
  const dropped = mayDrop ? { dropped: true as const } : {};
  await promotions.changeIndex(pair, page, { kind: "forget", requestIds, ...dropped });
}

/** The first page that is not dropped, by bisection: pages are dropped in order. */
async function oldestKept(pair: PairKey, newest: number, { promotions }: Ports): Promise<number> {
  let kept = newest;
  for (let page = 0; page < kept;) {
    const middle = Math.floor((page + kept) / 2);
    if ((await promotions.readIndex(pair, middle))?.dropped) page = middle + 1;
    else kept = middle;
  }
  return kept;
}

interface About {
  readonly pair: string;
  readonly state: PairState;
  /** Outcomes before this time are past their retention. */
  readonly before: number;
}

/** Reduces what is due; returns what was reduced before. */
async function reduceAll(
  entries: readonly IndexEntry[],
  about: About,
  walk: Walk,
): Promise<readonly string[]> {
  const gone: string[] = [];
  for (const { requestId } of entries) {
    if (isOver(walk)) break;
    try {
      if (await reduceOne(requestId, about, walk)) gone.push(requestId);
    } catch (fault) {
      const fields = { requestId, pair: about.pair, fault };
      walk.ports.log.warn("a promotion past its retention could not be reduced", fields);
    }
  }
  return gone;
}

/** Histories first: the record names them. True when nothing is left to do. */
async function reduceOne(requestId: string, { state, before }: About, walk: Walk): Promise<boolean> {
  const { promotions } = walk.ports;
  const promotion = await promotions.read(requestId);
  if (!promotion || promotion.reduced) return true;
  if (isRegistered(state, requestId) || !isPastRetention(promotion, before)) return false;
  if (!(await promotions.purgeRuns(requestId, promotion.run?.n ?? 0))) return false;
  await promotions.change(requestId, { kind: "reduce" });
  walk.reduced++;
  return false;
}
