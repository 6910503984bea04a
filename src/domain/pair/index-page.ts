import type { PairKey } from "../kernel/pair-key";

/** A place in the lists of promotions, which are ordered by `at`, then by id. */
export interface IndexEntry {
  readonly requestId: string;
  /** When it was accepted; in an index each is later than the one before, so that a list may be read in pieces. */
  readonly at: number;
}

/**
 * One page of the index of a pair's promotions: durable state of the `index` entity, keyed `<key of the pair>-<page>`.
 * The durable client cannot page instances by prefix, so the product keeps its own.
 */
export interface IndexPage {
  readonly v: 1;
  readonly entries: readonly IndexEntry[];
  /** What stood here is past its retention, and so is every page before. */
  readonly dropped?: true;
}

/** What happens to a page; repeats change nothing. */
export type IndexChange =
  | ({ readonly kind: "add" } & IndexEntry)
  /** These have been reduced; `dropped`: nothing is left here nor on any page before. */
  | { readonly kind: "forget"; readonly requestIds: readonly string[]; readonly dropped?: true };

/** Entries per page: about 10 KiB. */
export const PAGE_SIZE = 60;

/** The key of a page; the one place where it is made. */
export function indexKey(pair: PairKey, page: number): string {
  return `${pair}-${page}`;
}

/** Applies one change; a page that was dropped stays so. */
export function changeIndex(page: IndexPage | undefined, change: IndexChange): IndexPage {
  const entries = page?.entries ?? [];
  if (page?.dropped) return page;
  if (change.kind === "forget") {
    const left = entries.filter(({ requestId }) => !change.requestIds.includes(requestId));
    return left.length === 0 && change.dropped
      ? { v: 1, entries: [], dropped: true }
      : { v: 1, entries: left };
  }
  const { requestId, at } = change;
  if (entries.some((e) => e.requestId === requestId)) return { v: 1, entries };
  return { v: 1, entries: [...entries, { requestId, at }] };
}

/** Orders entries the newest first. */
export function newestFirst(a: IndexEntry, b: IndexEntry): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.requestId === b.requestId) return 0;
  return a.requestId < b.requestId ? 1 : -1;
}

/** Whether an entry comes after another in a list; every one comes after none. */
export function comesAfter(entry: IndexEntry, last: IndexEntry | undefined): boolean {
  return last === undefined || newestFirst(last, entry) < 0;
}
