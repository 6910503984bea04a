import type { HttpResponseInit } from "@azure/functions";
import { parseListQuery, type ListQuery } from "../../contracts/commands";
import { listToken } from "../../contracts/list-token";
import { comesAfter, newestFirst, type IndexEntry, type IndexPage } from "../../domain/index-page";
import type { PairKey } from "../../domain/pair-key";
import type { PairState } from "../../domain/pair";
import type { PromotionState } from "../../domain/promotion";
import { summarisePromotion } from "../../domain/promotion-view";
import type { Ports } from "../../ports/ports";
import type { Call } from "./call";
import { json, Problem } from "./problem";
import { presentPolicy } from "./promotions";

/** GET promotions: the newest first, over the index of every configured pair. */
export async function listPromotions({ request, ports }: Call): Promise<HttpResponseInit> {
  const pairs = ports.policies.all().map(({ name }) => name);
  const parsed = parseListQuery(Object.fromEntries(request.query.entries()), pairs);
  if (!parsed.ok)
    throw new Problem("invalid-query", "the query is malformed", { complaints: parsed.complaints });
  const { value, last } = await readList(parsed.value, ports);
  if (!last) return json(200, { value });
  const parameters = new URLSearchParams(request.query.entries());
  parameters.set("after", listToken(last));
  return json(200, { value, next: `/api/promotions?${parameters.toString()}` });
}

/** A filter that fits nothing must not read the whole ledger: such a page may be short, or empty, with a `next`. */
const MOST_READS = 100;
/** How many are read side by side where a filter may pass over some of them. */
const READ_AHEAD = 20;

interface List {
  readonly value: readonly ReturnType<typeof summarisePromotion>[];
  /** The last one that was looked at, when there are more. */
  readonly last?: IndexEntry | undefined;
}

async function readList(query: ListQuery, ports: Ports): Promise<List> {
  const value: ReturnType<typeof summarisePromotion>[] = [];
  let reads = 0;
  for await (const { entry, state, isLast } of lookThrough(query, ports)) {
    if (state && isAskedFor(state, query))
      value.push(summarisePromotion(state, presentPolicy(state, ports)?.timeZone ?? "UTC"));
    if (isLast) break;
    if (value.length === query.top || ++reads === MOST_READS) return { value, last: entry };
  }
  return { value };
}

interface Look {
  readonly entry: IndexEntry;
  readonly state: PromotionState | undefined;
  /** There are no more. */
  readonly isLast: boolean;
}

/** Reads promotions in their order, several side by side, as far as the list is not full. */
async function* lookThrough(query: ListQuery, ports: Ports): AsyncGenerator<Look, void> {
  const entries = await merged(await sourcesOf(query, ports));
  const { phase, outcome, active, top } = query;
  const ahead = (phase ?? outcome ?? active) === undefined ? top : READ_AHEAD;
  for (;;) {
    const batch = await take(entries, ahead);
    const states = await Promise.all(batch.map(({ requestId }) => ports.promotions.read(requestId)));
    const isLast = (await entries.peek()) === undefined;
    for (const [i, entry] of batch.entries())
      yield { entry, state: states[i], isLast: isLast && i === batch.length - 1 };
    if (isLast) return;
  }
}

function isAskedFor({ phase, conclusion }: PromotionState, query: ListQuery): boolean {
  const inPhase = query.phase === undefined || query.phase === phase;
  const isActive = query.active === undefined || !conclusion;
  return inPhase && isActive && (query.outcome === undefined || query.outcome === conclusion?.outcome);
}

/** Entries, the newest first, read as far as they are asked for. */
type Source = AsyncGenerator<IndexEntry, void>;

async function sourcesOf(query: ListQuery, ports: Ports): Promise<readonly Source[]> {
  const { phase, active, after } = query;
  const asked = query.pair === undefined ? ports.policies.all() : [ports.policies.find(query.pair)];
  const pairs = asked.flatMap((policy) => policy?.key ?? []);
  const states = await Promise.all(
    pairs.map(async (pair) => ({ pair, state: await ports.pairs.read(pair) })),
  );
  const isUnderWay = active !== undefined || (phase !== undefined && phase !== "concluded");
  return states.flatMap(({ pair, state }) => {
    if (!state) return [];
    return [isUnderWay ? underWay(state, after) : history(pair, state.index.page, after, ports)];
  });
}

/** What is under way stands with its pair: history is not read for it. */
// eslint-disable-next-line @typescript-eslint/require-await
async function* underWay({ enlisted }: PairState, after: IndexEntry | undefined): Source {
  yield* enlisted
    .filter((entry) => !entry.left && comesAfter(entry, after))
    .map(({ requestId, at }) => ({ requestId, at }))
    .sort(newestFirst);
}

/** A pair's index from its newest page to its oldest, begun where the last call ended. */
async function* history(pair: PairKey, newest: number, after: IndexEntry | undefined, ports: Ports): Source {
  const read = (page: number) => ports.promotions.readIndex(pair, page);
  const first = after ? await pageOf(after, newest, read) : newest;
  for (let page = first; page >= 0; page--) {
    const { entries, dropped } = (await read(page)) ?? { entries: [] };
    yield* entries.filter((entry) => comesAfter(entry, after)).sort(newestFirst);
    if (dropped) return;
  }
}

/** The newest page that may hold what comes after an entry, by halving. Pages that hold nothing count as older. */
async function pageOf(
  after: IndexEntry,
  newest: number,
  read: (page: number) => Promise<IndexPage | undefined>,
): Promise<number> {
  const isOlder = async (page: number) => {
    const entries = (await read(page))?.entries ?? [];
    return entries.length === 0 || entries.some(({ at }) => at <= after.at);
  };
  if (await isOlder(newest)) return newest;
  let older = 0;
  for (let newer = newest; newer - older > 1;) {
    const middle = Math.floor((older + newer) / 2);
    if (await isOlder(middle)) older = middle;
    else newer = middle;
  }
  return older;
}

interface Merged {
  next(): Promise<IndexEntry | undefined>;
  /** What comes next, which stays there. */
  peek(): Promise<IndexEntry | undefined>;
}

/** Several sources as one, in order; each is read only as far as what was taken reaches. An entry that comes twice is given once. */
async function merged(sources: readonly Source[]): Promise<Merged> {
  const seen = new Set<string>();
  const heads = await Promise.all(
    sources.map(async (source) => ({ source, head: (await source.next()).value ?? undefined })),
  );
  const peek = async (): Promise<IndexEntry | undefined> => {
    for (;;) {
      const [first] = heads.filter(hasHead).sort((a, b) => newestFirst(a.head, b.head));
      if (!first || !seen.has(first.head.requestId)) return first?.head;
      await drop(first.head);
    }
  };
  const drop = async (entry: IndexEntry): Promise<void> => {
    const from = heads.find(({ head }) => head === entry);
    if (from) from.head = (await from.source.next()).value ?? undefined;
  };
  return {
    peek,
    async next() {
      const entry = await peek();
      if (!entry) return undefined;
      seen.add(entry.requestId);
      await drop(entry);
      return entry;
    },
  };
}

interface Head {
  readonly source: Source;
  head: IndexEntry | undefined;
}

function hasHead(each: Head): each is Head & { head: IndexEntry } {
  return each.head !== undefined;
}

async function take(entries: Merged, most: number): Promise<readonly IndexEntry[]> {
  const taken: IndexEntry[] = [];
  while (taken.length < most) {
    const entry = await entries.next();
    if (!entry) break;
    taken.push(entry);
  }
  return taken;
}
