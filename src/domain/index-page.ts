import type { PairKey } from "./pair-key";

/**
 * One page of the index of a pair's promotions: durable state of the `index` entity, keyed `<key of the pair>-<page>`.
 * The durable client cannot page instances by prefix, so the product keeps its own.
 */
export interface IndexPage {
  readonly v: 1;
  readonly entries: readonly { readonly requestId: string; readonly at: number }[];
}

/** Entries per page: about 10 KiB. */
export const PAGE_SIZE = 60;

export function indexKey(pair: PairKey, page: number): string {
  return `${pair}-${page}`;
}

/** Adds an entry once; repeats change nothing. */
export function addToIndex(page: IndexPage | undefined, entry: { requestId: string; at: number }): IndexPage {
  const entries = page?.entries ?? [];
  if (entries.some((e) => e.requestId === entry.requestId)) return { v: 1, entries };
  return { v: 1, entries: [...entries, { requestId: entry.requestId, at: entry.at }] };
}
