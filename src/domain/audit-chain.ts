import { canonicalJson } from "./canonical-json";
import type { PairKey } from "./pair-key";

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
  | "swap-back-ordered"
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
  readonly oid?: string | undefined;
  readonly detail?: string | undefined;
  readonly planHash?: string | undefined;
  /** SHA-256 of the canonical JSON of the policy the plan was made under. */
  readonly policyHash?: string | undefined;
  /** Of an acceptance: SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash?: string | undefined;
  /** Of an acceptance that passes gate and opening by an operator's word: the reason given. */
  readonly breakGlass?: string | undefined;
  readonly requestId?: string | undefined;
  readonly holdIds?: readonly string[] | undefined;
  readonly correlationId?: string | undefined;
  readonly outcome?: string | undefined;
  readonly code?: string | undefined;
  /** Of a conclusion in a pair's chain: where the promotion's own chain ends. */
  readonly ends?: ChainHead | undefined;
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
