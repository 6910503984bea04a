import type { PairKey } from "../kernel/pair-key";

/** An entry in the lists of promotions, ordered by `at`, then by id. */
export interface IndexEntry {
  readonly requestId: string;
  /** When it was accepted. Strictly increasing within an index, so that lists can be paged. */
  readonly at: number;
}

/**
 * One page of the index of a pair's promotions: durable state of the `index` entity, keyed `<key of the pair>-<page>`.
 * It exists because the durable client cannot page instances by prefix.
 */
export interface IndexPage {
  readonly v: 1;
  readonly entries: readonly IndexEntry[];
  /** This page and every page before it are past their retention. */
  readonly dropped?: true;
}

/** Repeated changes have no effect. */
export type IndexChange =
  | ({ readonly kind: "add" } & IndexEntry)
  /** These promotions are reduced. `dropped`: every page before this one is dropped too. */
  | { readonly kind: "forget"; readonly requestIds: readonly string[]; readonly dropped?: true };

/** Entries per page, about 10 KiB. */
export const PAGE_SIZE = 60;

export function indexKey(pair: PairKey, page: number): string {
  return `${pair}-${page}`;
}

/** Applies one change. A dropped page does not change any more. */
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

export function newestFirst(a: IndexEntry, b: IndexEntry): number {
  if (a.at !== b.at) return b.at - a.at;
  if (a.requestId === b.requestId) return 0;
  return a.requestId < b.requestId ? 1 : -1;
}

/** Whether an entry follows the last listed one. */
export function comesAfter(entry: IndexEntry, last: IndexEntry | undefined): boolean {
  return last === undefined || newestFirst(last, entry) < 0;
}
