import type { PairKey } from "../../domain/kernel/pair-key";
import { comesAfter, type IndexEntry, type IndexPage, newestFirst } from "../../domain/pair/index-page";
import type { PairState } from "../../domain/pair/pair";
import type { Promotions } from "../../ports/promotions";

/** An entry and its position in its pair's index; none while the promotion is under way. */
export interface Place extends IndexEntry {
  readonly index?: { readonly pair: PairKey; readonly page: number };
}

/** Places, newest first, read on demand. */
export type Source = AsyncGenerator<Place, void>;

export type ReadIndex = Promotions["readIndex"];

/** Reads each index page at most once per call. */
export function readingOnce({ readIndex }: Pick<Promotions, "readIndex">): ReadIndex {
  const pages = new Map<string, Promise<IndexPage | undefined>>();
  return (pair, page) => {
    const key = `${pair} ${page}`;
    const reading = pages.get(key) ?? readIndex(pair, page);
    pages.set(key, reading);
    return reading;
  };
}

/** A pair's index from newest to oldest, from where the last call ended. */
export async function* history(
  pair: PairKey,
  index: PairState["index"],
  after: IndexEntry | undefined,
  read: ReadIndex,
): Source {
  const first = after ? await pageOf(after, index, (page) => read(pair, page)) : index.page;
  for (let page = first; page >= 0; page--) {
    const { entries, dropped } = (await read(pair, page)) ?? { entries: [] };
    for (const entry of entries.filter((each) => comesAfter(each, after)).sort(newestFirst))
      yield { ...entry, index: { pair, page } };
    if (dropped) return;
  }
}

/**
 * Whether a promotion has an older place too, because a late message registered it again. No place is older than
 * its acceptance, so a place at that time needs no read.
 */
export async function stoodBefore(
  { requestId, at, index }: Place,
  acceptedAt: number,
  read: ReadIndex,
): Promise<boolean> {
  if (!index || at <= acceptedAt) return false;
  for (let page = index.page; page >= 0; page--) {
    const { entries, dropped } = (await read(index.pair, page)) ?? { entries: [] };
    if (entries.some((each) => each.requestId === requestId && each.at < at)) return true;
    if (dropped || entries.some((each) => each.at < acceptedAt)) return false;
  }
  return false;
}

/** A page, and the time of its oldest entry when known. */
interface Mark {
  readonly page: number;
  readonly at?: number;
}

/**
 * The newest page that may hold entries after this one: interpolation between the times of two pages, then halving
 * after a wrong guess. Empty pages count as older.
 */
async function pageOf(
  after: IndexEntry,
  { page: newest, at: last }: PairState["index"],
  read: (page: number) => Promise<IndexPage | undefined>,
): Promise<number> {
  let newer: Mark = { page: newest + 1, at: (last ?? after.at) + 1 };
  let older: Mark = { page: -1 };
  for (let step = 0; newer.page - older.page > 1; step++) {
    const page = nextPage(older, newer, after.at, step);
    const [oldest, youngest] = spanOf(await read(page));
    if (oldest > after.at) newer = { page, at: oldest };
    else older = { page, at: Number.isFinite(oldest) ? oldest : undefined };
    if (oldest <= after.at && after.at <= youngest) return page;
  }
  return Math.max(older.page, 0);
}

/** The times of its oldest and newest entry; an empty page counts as older than all. */
function spanOf(page: IndexPage | undefined): readonly [oldest: number, newest: number] {
  const times = (page?.entries ?? []).map(({ at }) => at);
  return times.length > 0 ? [Math.min(...times), Math.max(...times)] : [-Infinity, -Infinity];
}

/** Guesses start from the older end. */
function nextPage(older: Mark, newer: Mark, at: number, step: number): number {
  if (step === 0) return 0;
  const isGuess = step % 2 === 1 && older.at !== undefined && newer.at !== undefined;
  const share = isGuess ? (at - (older.at ?? 0)) / ((newer.at ?? 0) - (older.at ?? 0)) : 0.5;
  const page = Math.floor(older.page + share * (newer.page - older.page));
  return Math.min(Math.max(page, older.page + 1), newer.page - 1);
}

/** Merges sources in order; reads each only as far as needed. */
export interface Merged {
  next(): Promise<Place | undefined>;
  /** Whether nothing is left. */
  isEmpty(): boolean;
}

export async function merged(sources: readonly Source[]): Promise<Merged> {
  const heads = await Promise.all(
    sources.map(async (source) => ({ source, head: (await source.next()).value ?? undefined })),
  );
  return {
    isEmpty: () => !heads.some(hasHead),
    async next() {
      const [first] = heads.filter(hasHead).sort((a, b) => newestFirst(a.head, b.head));
      if (!first) return undefined;
      const { head } = first;
      (first as Head).head = (await first.source.next()).value ?? undefined;
      return head;
    },
  };
}

interface Head {
  readonly source: Source;
  head: Place | undefined;
}

function hasHead(each: Head): each is Head & { head: Place } {
  return each.head !== undefined;
}
