import type { AuditPage } from "../domain/audit/chain";
import type { PairKey } from "../domain/kernel/pair-key";
import type { IndexChange, IndexPage } from "../domain/pair/index-page";
import type { PairOperation, PairState } from "../domain/pair/pair";
import type { Roster, RosterChange } from "../domain/pair/roster";
import type { PromotionChange, PromotionState, Registration } from "../domain/promotion/state";
import type { OperationChange, OperationState } from "../domain/swap/operation";
import type { RunStatus } from "../domain/promotion/recovery";

/**
 * The promotion record of promotions and the runs that carry them out, through the durable client.
 * Writes are signals: acknowledged, not applied. Read back before relying on them. Throws on transient faults.
 */
export interface Promotions {
  read(requestId: string): Promise<PromotionState | undefined>;
  change(requestId: string, change: PromotionChange): Promise<void>;
  /** One page of an audit chain, see `audit-page.ts`. */
  readAudit(chain: string, page: number): Promise<AuditPage | undefined>;
  readIndex(pair: PairKey, page: number): Promise<IndexPage | undefined>;
  changeIndex(pair: PairKey, page: number, change: IndexChange): Promise<void>;
  runStatus(requestId: string): Promise<RunStatus>;
  /**
   * Starts the run `promotion-<requestId>`; a run that is live already counts as started. The first one registers the
   * promotion. Of two that are started at once only one runs, with either's registration: read the promotion record back.
   */
  startRun(requestId: string, registration?: Registration): Promise<void>;
  /**
   * Deletes the histories of the promotion's run and of the waits of its `runs` runs. False, and nothing is deleted, when
   * one of them is live. Run again after any fault it finds what is left.
   */
  purgeRuns(requestId: string, runs: number): Promise<boolean>;
  /** Raises the wake event; a lost wake-up costs one timer, never a decision. Never throws. */
  wake(instanceId: string): Promise<void>;
}

/** The pair coordinator of each pair, and the roster of all pairs, through the durable client. */
export interface Pairs {
  read(pair: PairKey): Promise<PairState | undefined>;
  signal(pair: PairKey, operation: PairOperation): Promise<void>;
  readRoster(): Promise<Roster | undefined>;
  noteRoster(change: RosterChange): Promise<void>;
}

/** What is kept of the operation of each attempt, by the attempt's nonce, through the durable client. */
export interface Operations {
  read(nonce: string): Promise<OperationState | undefined>;
  signal(nonce: string, change: OperationChange): Promise<void>;
}
