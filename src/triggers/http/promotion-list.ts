import { type ListQuery, parseListQuery } from "../../contracts/commands";
import { listToken } from "../../contracts/list-token";
import type { PairKey } from "../../domain/kernel/pair-key";
import { comesAfter, type IndexEntry, newestFirst } from "../../domain/pair/index-page";
import type { PairState } from "../../domain/pair/pair";
import { formerPairs } from "../../domain/pair/roster";
import type { PromotionState } from "../../domain/promotion/state";
import { summarisePromotion } from "../../domain/promotion/view";
import type { Ports } from "../../ports/ports";
import type { Call } from "./call";
import { json, Problem } from "./problem";
import {
  history,
  merged,
  type Merged,
  type Place,
  type ReadIndex,
  readingOnce,
  type Source,
  stoodBefore,
} from "./promotion-history";
import { presentPolicy } from "./promotions";

/** GET promotions: newest first, over the index of every pair, also of pairs removed from the file. */
export async function listPromotions({ request, ports }: Call) {
  const pairs = ports.policies.all().map(({ name }) => name);
  const parsed = parseListQuery(Object.fromEntries(request.query.entries()), pairs);
  if (!parsed.ok) throw new Problem("invalid-query", "the query is malformed", { issues: parsed.issues });
  const { value, last } = await readList(parsed.value, ports);
  return json(200, { value, next: last && pageAfter(last, request.query) });
}

/** The path of the next page, with the same filters. */
function pageAfter(last: IndexEntry, query: URLSearchParams): string {
  const parameters = new URLSearchParams(query.entries());
  parameters.set("after", listToken(last));
  return `/api/promotions?${parameters.toString()}`;
}

/**
 * A filter that matches nothing must not read every record: such a page may be short or empty and still have a
 * `next`.
 */
const MOST_READS = 60;
/** How many are read in parallel when a filter may skip some of them. */
const READ_AHEAD = 20;

interface List {
  readonly value: readonly ReturnType<typeof summarisePromotion>[];
  /** The last entry read, when there are more. */
  readonly last?: IndexEntry;
}

async function readList(query: ListQuery, ports: Ports): Promise<List> {
  const { top } = query;
  const most = isFiltered(query) ? MOST_READS : Math.max(top, MOST_READS);
  const value: ReturnType<typeof summarisePromotion>[] = [];
  let reads = 0;
  for await (const { entry, state, isLast } of walkThrough(query, ports)) {
    if (state && isAskedFor(state, query))
      value.push(summarisePromotion(state, presentPolicy(state, ports)?.timeZone ?? "UTC"));
    if (isLast) break;
    if (value.length === top || ++reads === most) return { value, last: entry };
  }
  return { value };
}

interface Check {
  readonly entry: IndexEntry;
  readonly state: PromotionState | undefined;
  /** No entries follow. */
  readonly isLast: boolean;
}

/** Reads promotions in order, several in parallel, until the list is full. */
async function* walkThrough(query: ListQuery, ports: Ports): AsyncGenerator<Check, void> {
  const readIndex = readingOnce(ports.promotions);
  const entries = await merged(await sourcesOf(query, ports, readIndex));
  const ahead = isFiltered(query) ? READ_AHEAD : query.top;
  const readAt = async (place: Place) => {
    const state = await ports.promotions.read(place.requestId);
    return state && (await stoodBefore(place, state.acceptedAt, readIndex)) ? undefined : state;
  };
  for (;;) {
    const batch = await take(entries, ahead);
    const states = await Promise.all(batch.map(readAt));
    const isLast = entries.isEmpty();
    for (const [i, entry] of batch.entries())
      yield { entry, state: states[i], isLast: isLast && i === batch.length - 1 };
    if (isLast) return;
  }
}

function isFiltered({ phase, outcome, active }: ListQuery): boolean {
  return (phase ?? outcome ?? active) !== undefined;
}

function isAskedFor({ phase, conclusion }: PromotionState, query: ListQuery): boolean {
  const inPhase = query.phase === undefined || query.phase === phase;
  const isActive = query.active === undefined || !conclusion;
  return inPhase && isActive && (query.outcome === undefined || query.outcome === conclusion?.outcome);
}

async function sourcesOf(query: ListQuery, ports: Ports, readIndex: ReadIndex): Promise<readonly Source[]> {
  const { phase, active, after } = query;
  const pairs = await askedPairs(query, ports);
  const states = await Promise.all(
    pairs.map(async (pair) => ({ pair, state: await ports.pairs.read(pair) })),
  );
  const isUnderWay = active !== undefined || (phase !== undefined && phase !== "concluded");
  return states.flatMap(({ pair, state }) => {
    if (!state) return [];
    return [isUnderWay ? underWay(state, after) : history(pair, state.index, after, readIndex)];
  });
}

/** A pair that was removed from the file has no name to filter by. */
async function askedPairs({ pair }: ListQuery, { policies, pairs }: Ports): Promise<readonly PairKey[]> {
  if (pair !== undefined) return [policies.find(pair)].flatMap((policy) => policy?.key ?? []);
  const inFile = policies.all().map(({ key }) => key);
  return [...inFile, ...formerPairs(await pairs.readRoster(), inFile)];
}

/** What is under way stands with its pair: history is not read for it. */
// eslint-disable-next-line @typescript-eslint/require-await
async function* underWay({ registered }: PairState, after: IndexEntry | undefined): Source {
  yield* registered
    .filter((entry) => !entry.left && comesAfter(entry, after))
    .map(({ requestId, at }) => ({ requestId, at }))
    .sort(newestFirst);
}

async function take(entries: Merged, most: number): Promise<readonly Place[]> {
  const taken: Place[] = [];
  while (taken.length < most) {
    const entry = await entries.next();
    if (!entry) break;
    taken.push(entry);
  }
  return taken;
}
