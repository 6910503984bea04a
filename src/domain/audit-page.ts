import { entryHash, type AuditEntry, type ChainHead, type Digest } from "./audit-chain";

/** One page of a chain: durable state of the `audit` entity. Never purged. */
export interface AuditPage {
  readonly v: 1;
  /** In the order of their numbers, of which one may stand more than once, see `addToAudit`. */
  readonly entries: readonly AuditEntry[];
}

/** Entries have at most about 1,100 characters, and a page stays under 16 KiB. */
export const AUDIT_PAGE_SIZE = 12;

/** The page, counted from 0, that holds the entry `n`. */
export function auditPageOf(n: number): number {
  return Math.floor((n - 1) / AUDIT_PAGE_SIZE);
}

/** The entity's key. No two chains share one: pages are digits after the last hyphen. */
export function auditKey(chain: string, page: number): string {
  return `${chain}-${page}`;
}

/**
 * Enters one entry; it may come twice or out of order. A host may die when a decision has left for its page and the state
 * that took it is not stored: what is decided instead has the same number. Both are kept, and `chainTo` tells them apart.
 */
export function addToAudit(current: AuditPage | undefined, entry: AuditEntry): AuditPage {
  const page = current ?? { v: 1, entries: [] };
  if (page.entries.some(({ n, hash }) => n === entry.n && hash === entry.hash)) return page;
  return { v: 1, entries: [...page.entries, entry].sort((a, b) => a.n - b.n) };
}

/** Entries `after + 1` to the end of a chain; `isLinked`: each hash fits the entry before it. */
export interface FoundChain {
  readonly entries: readonly AuditEntry[];
  readonly isLinked: boolean;
}

/**
 * The entries that lead to `end`, walking back from it by their hashes; undefined while a number is missing. Where no entry of
 * a number fits, as after somebody has edited one, the first is taken: whoever verifies the export is to find it.
 */
export function chainTo(
  chain: string,
  { after, end }: { readonly after: number; readonly end: ChainHead },
  kept: readonly AuditEntry[],
  digest: Digest,
): FoundChain | undefined {
  const entries: AuditEntry[] = [];
  let isLinked = true;
  let fits: (entry: AuditEntry) => boolean = ({ hash }) => hash === end.head;
  for (let n = end.entries; n > after; n--) {
    const candidates = kept.filter((entry) => entry.n === n);
    const [first] = candidates;
    if (!first) return undefined;
    const found = candidates.find(fits);
    isLinked &&= found !== undefined;
    const entry = found ?? first;
    entries.unshift(entry);
    const { hash, ...rest } = entry;
    fits = (previous) => entryHash(chain, previous.hash, rest, digest) === hash;
  }
  return { entries, isLinked };
}

/**
 * The nearest entry from which to walk back to `last`: the first number after it under which only one entry was ever sent,
 * or the end of the chain, beyond which nothing counts. Undefined: it is on a later page.
 */
export function anchorOf(last: number, end: ChainHead, kept: readonly AuditEntry[]): ChainHead | undefined {
  const later = kept.filter(({ n }) => n > last && n < end.entries);
  const anchor = later.find((entry) => later.filter(({ n }) => n === entry.n).length === 1);
  if (anchor) return { entries: anchor.n, head: anchor.hash };
  return last === end.entries || kept.some(({ n }) => n === end.entries) ? end : undefined;
}
