import { canonicalJson } from "../kernel/canonical-json";
import type { PairKey } from "../kernel/pair-key";

/** SHA-256 of UTF-8 text, 64 hex digits; handed in, since the domain has no packages. */
export type Digest = (text: string) => string;

/** What was decided. */
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

/** One decision: who, what, when, under which plan and policy. */
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
  /** SHA-256 of the canonical JSON of the policy the plan was made under. */
  readonly policyHash?: string;
  /** Of an acceptance: SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash?: string;
  /** Of an acceptance that passes gate and deployment window by an operator's word: the reason given. */
  readonly breakGlass?: string;
  readonly requestId?: string;
  readonly holdIds?: readonly string[];
  readonly correlationId?: string;
  readonly outcome?: string;
  readonly code?: string;
  /** Of a conclusion in a pair's chain: where the promotion's own chain ends. */
  readonly ends?: ChainHead;
}

/** A decision in its chain. `hash` covers it, its place, its chain's name, and the hash before it. */
export interface AuditEntry extends AuditNote {
  /** Counted from 1. */
  readonly n: number;
  readonly hash: string;
}

/** Where a chain ends: how many entries it has, and the hash of the last. */
export interface ChainHead {
  readonly entries: number;
  readonly head: string;
}

/** Of a chain without entries. */
export const emptyChain: ChainHead = { entries: 0, head: "" };

/** The head alone, of whatever carries it. */
export function chainHead({ entries, head }: ChainHead): ChainHead {
  return { entries, head };
}

/** The chain of one promotion. */
export function promotionChain(requestId: string): string {
  return `promotion-${requestId}`;
}

/** The chain of a pair: its holds, cancels and stopped schedules, and where the chains of its promotions end, in order. */
export function pairChain(pair: PairKey): string {
  return `pair-${pair}`;
}

/** The hash of an entry; `previous` is that of the entry before it, empty for the first. */
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

/** One decision in an export, with the name of its chain. */
export interface ExportedEntry extends AuditEntry {
  readonly chain: string;
}

/** The end of an export: where every chain ended when it was made. */
export interface ExportEnd extends ChainHead {
  /** The pair's name when it was made: a label. */
  readonly pair: string;
  /** What its chain is kept under, and named by. */
  readonly key: PairKey;
  /** Promotions that had no outcome yet, or had not left their pair. */
  readonly underWay: readonly (ChainHead & { readonly requestId: string })[];
}

/**
 * The lines of an export, in this order: the pair's entries, each conclusion followed by the whole chain of its
 * promotion; then the chains of those under way; then the end. A page that is not the last ends with `next`.
 */
export type ExportLine = ExportedEntry | { readonly next: string } | { readonly end: ExportEnd };
