import type { AuditEntry, ChainHead } from "./audit-chain";
import type { PairKey } from "./pair-key";

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
