import { canonicalJson } from "../kernel/canonical-json";
import type { PairKey } from "../kernel/pair-key";

/** SHA-256 of UTF-8 text, 64 hex digits. A parameter, since the domain imports no packages. */
export type Digest = (text: string) => string;

export type Decision =
  | "accepted"
  | "planned"
  | "approval-asked"
  | "voted"
  | "approval-decided"
  | "attempted"
  | "rollback-ordered"
  | "concluded"
  | "held"
  | "hold-released"
  | "schedule-paused"
  | "schedule-resumed"
  | "cancelled";

export interface AuditNote {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly what: Decision;
  /** A person, an application, or `the run`. */
  readonly who: string;
  /** Object id of a verified caller. */
  readonly oid?: string;
  readonly detail?: string;
  readonly planHash?: string;
  /** SHA-256 of the canonical JSON of the plan's policy. */
  readonly policyHash?: string;
  /** Only of an acceptance: SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash?: string;
  /** Only of an acceptance with break-glass: its reason. */
  readonly breakGlass?: string;
  readonly requestId?: string;
  readonly holdIds?: readonly string[];
  readonly correlationId?: string;
  readonly outcome?: string;
  readonly code?: string;
  /** Only of a conclusion in a pair's chain: the end of the promotion's chain. */
  readonly ends?: ChainHead;
}

/** A decision in its chain. `hash` covers the entry, its number, the name of the chain, and the previous hash. */
export interface AuditEntry extends AuditNote {
  /** Counted from 1. */
  readonly n: number;
  readonly hash: string;
}

/** The end of a chain: the number of its entries and the hash of the last one. */
export interface ChainHead {
  readonly entries: number;
  readonly head: string;
}

export const emptyChain: ChainHead = { entries: 0, head: "" };

export function chainHead({ entries, head }: ChainHead): ChainHead {
  return { entries, head };
}

export function promotionChain(requestId: string): string {
  return `promotion-${requestId}`;
}

/** The chain of a pair: holds, cancels, schedule pauses, and the ends of its promotions' chains. */
export function pairChain(pair: PairKey): string {
  return `pair-${pair}`;
}

/** The hash of an entry. `previous` is the hash of the entry before it, empty for the first one. */
export function entryHash(
  chain: string,
  previous: string,
  entry: Omit<AuditEntry, "hash">,
  digest: Digest,
): string {
  return digest(canonicalJson({ in: chain, previous, entry }));
}

export interface Appended {
  readonly head: ChainHead | undefined;
  readonly entries: readonly AuditEntry[];
}

/** Appends decisions to a chain that ends at `head`. */
export function appendNotes(
  chain: string,
  head: ChainHead | undefined,
  notes: readonly AuditNote[],
  digest: Digest,
): Appended {
  return notes.reduce<Appended>(
    ({ head: last, entries }, note) => {
      const unsealed = { ...note, n: (last?.entries ?? 0) + 1 };
      const hash = entryHash(chain, last?.head ?? "", unsealed, digest);
      return { head: { entries: unsealed.n, head: hash }, entries: [...entries, { ...unsealed, hash }] };
    },
    { head, entries: [] },
  );
}

/** One page of a chain: durable state of the `audit` entity. Never purged. */
export interface AuditPage {
  readonly v: 1;
  /** Ordered by number. A number may occur more than once, see `addToAudit`. */
  readonly entries: readonly AuditEntry[];
}

/** Entries have at most about 1,100 characters, so a page stays under 16 KiB. */
export const AUDIT_PAGE_SIZE = 12;

/** The page of entry `n`. Pages count from 0. */
export function auditPageOf(n: number): number {
  return Math.floor((n - 1) / AUDIT_PAGE_SIZE);
}

/** The key of the page's entity. Unique per chain, since the page is the digits after the last hyphen. */
export function auditKey(chain: string, page: number): string {
  return `${chain}-${page}`;
}

/**
 * Adds one entry, which may arrive twice or out of order. If a host dies after it sent a decision and before it stored
 * its state, the next decision has the same number. Both are kept, and `chainTo` selects the right one.
 */
export function addToAudit(current: AuditPage | undefined, entry: AuditEntry): AuditPage {
  const page = current ?? { v: 1, entries: [] };
  if (page.entries.some(({ n, hash }) => n === entry.n && hash === entry.hash)) return page;
  return { v: 1, entries: [...page.entries, entry].sort((a, b) => a.n - b.n) };
}

/** Entries `after + 1` to the end of a chain. `isLinked`: each hash matches the entry before it. */
export interface FoundChain {
  readonly entries: readonly AuditEntry[];
  readonly isLinked: boolean;
}

/**
 * The entries that lead to `end`, found backwards by their hashes; undefined while a number is missing. If no entry of
 * a number matches, because somebody edited it, the first is returned so that verification of the export reports it.
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
 * The nearest entry from which to walk back to `last`: the first later number with only one entry, or else the end of
 * the chain. Undefined if it is on a later page.
 */
export function anchorOf(last: number, end: ChainHead, kept: readonly AuditEntry[]): ChainHead | undefined {
  const later = kept.filter(({ n }) => n > last && n < end.entries);
  const anchor = later.find((entry) => later.filter(({ n }) => n === entry.n).length === 1);
  if (anchor) return { entries: anchor.n, head: anchor.hash };
  return last === end.entries || kept.some(({ n }) => n === end.entries) ? end : undefined;
}

export interface ExportedEntry extends AuditEntry {
  readonly chain: string;
}

/** The last line of an export: where every chain ended at that time. */
export interface ExportEnd extends ChainHead {
  /** The name of the pair at that time. */
  readonly pair: string;
  readonly key: PairKey;
  /** Promotions without an outcome, or still registered with the pair. */
  readonly underWay: readonly (ChainHead & { readonly requestId: string })[];
}

/**
 * Lines of an export in order: the pair's entries, each conclusion followed by its promotion's chain; then the chains
 * of promotions under way; then the end. Every page but the last ends with `next`.
 */
export type ExportLine = ExportedEntry | { readonly next: string } | { readonly end: ExportEnd };
