import type { PairKey } from "../../domain/kernel/pair-key";
import { comesAfter, type IndexEntry, type IndexPage, newestFirst } from "../../domain/pair/index-page";
import type { PairState } from "../../domain/pair/pair";
import type { Promotions } from "../../ports/promotions";

/** A place in a list, and where in its pair's index it stands; what is under way stands with its pair. */
export interface Place extends IndexEntry {
  readonly index?: { readonly pair: PairKey; readonly page: number };
}

/** Places, the newest first, read as far as they are asked for. */
export type Source = AsyncGenerator<Place, void>;

export type ReadIndex = Promotions["readIndex"];

/** Reads each page of the indexes once, for as long as one call takes. */
export function readingOnce({ readIndex }: Pick<Promotions, "readIndex">): ReadIndex {
  const pages = new Map<string, Promise<IndexPage | undefined>>();
  return (pair, page) => {
    const key = `${pair} ${page}`;
    const reading = pages.get(key) ?? readIndex(pair, page);
    pages.set(key, reading);
    return reading;
  };
}

/** A pair's index from its newest page to its oldest, begun where the last call ended. */
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
 * Whether a promotion that was accepted then has an older place too: a message that was late has registered it again when it
 * had been deregistered. Nobody's place is before their acceptance, and most stand at that very time: they cost nothing.
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

/** A page, and the time of its oldest entry where it is known. */
interface Mark {
  readonly page: number;
  readonly at?: number;
}

/**
 * The newest page that may hold what comes after an entry. By the times of two pages it is guessed, which is right at once
 * where promotions come evenly; each wrong guess is followed by a halving. Pages that hold nothing count as older.
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

/** The times of its oldest and its newest entry; what is empty counts as older than all. */
function spanOf(page: IndexPage | undefined): readonly [oldest: number, newest: number] {
  const times = (page?.entries ?? []).map(({ at }) => at);
  return times.length > 0 ? [Math.min(...times), Math.max(...times)] : [-Infinity, -Infinity];
}

/** The oldest page first: it is the other end that guesses go by. */
function nextPage(older: Mark, newer: Mark, at: number, step: number): number {
  if (step === 0) return 0;
  const isGuess = step % 2 === 1 && older.at !== undefined && newer.at !== undefined;
  const share = isGuess ? (at - (older.at ?? 0)) / ((newer.at ?? 0) - (older.at ?? 0)) : 0.5;
  const page = Math.floor(older.page + share * (newer.page - older.page));
  return Math.min(Math.max(page, older.page + 1), newer.page - 1);
}

/** Several sources as one, in order; each is read only as far as what was taken reaches. */
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
