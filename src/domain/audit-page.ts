import type { AuditEntry } from "./audit-chain";

/** One page of a chain: durable state of the `audit` entity. Never purged. */
export interface AuditPage {
  readonly v: 1;
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

/** Enters one entry; it may come twice or out of order, and the first of each number stands. */
export function addToAudit(current: AuditPage | undefined, entry: AuditEntry): AuditPage {
  const page = current ?? { v: 1, entries: [] };
  if (page.entries.some(({ n }) => n === entry.n)) return page;
  return { v: 1, entries: [...page.entries, entry].sort((a, b) => a.n - b.n) };
}
