import type { AuditPage } from "../domain/audit/chain";
import type { PairKey } from "../domain/kernel/pair-key";
import type { IndexChange, IndexPage } from "../domain/pair/index-page";
import type { PairOperation, PairState } from "../domain/pair/pair";
import type { Roster, RosterChange } from "../domain/pair/roster";
import type { PromotionChange, PromotionState, Registration } from "../domain/promotion/state";
import type { OperationChange, OperationState } from "../domain/swap/operation";
import type { RunStatus } from "../domain/promotion/recovery";

/**
 * Promotion records and their runs. Writes are signals: acknowledged, but not applied yet, so read back before relying
 * on them. Throws on transient faults.
 */
export interface Promotions {
  read(requestId: string): Promise<PromotionState | undefined>;
  change(requestId: string, change: PromotionChange): Promise<void>;
  /** One page of an audit chain. */
  readAudit(chain: string, page: number): Promise<AuditPage | undefined>;
  readIndex(pair: PairKey, page: number): Promise<IndexPage | undefined>;
  changeIndex(pair: PairKey, page: number, change: IndexChange): Promise<void>;
  runStatus(requestId: string): Promise<RunStatus>;
  /**
   * Starts the run `promotion-<requestId>`, or does nothing if it is live. The first run registers the promotion. Of two
   * concurrent starts only one runs, with either registration: read the promotion record back.
   */
  startRun(requestId: string, registration?: Registration): Promise<void>;
  /**
   * Deletes the histories of the promotion's run and of the waits of its `runs` runs. Deletes nothing and answers false
   * if one of them is live. After a fault, call it again to delete the rest.
   */
  purgeRuns(requestId: string, runs: number): Promise<boolean>;
  /** Raises the wake event. Never throws: a lost wake-up only delays the wait until its timer fires. */
  wake(instanceId: string): Promise<void>;
}

/** The pair coordinator of each pair, and the roster of all pairs. */
export interface Pairs {
  read(pair: PairKey): Promise<PairState | undefined>;
  signal(pair: PairKey, operation: PairOperation): Promise<void>;
  readRoster(): Promise<Roster | undefined>;
  noteRoster(change: RosterChange): Promise<void>;
}

/** The stored operation of each attempt, by the attempt's nonce. */
export interface Operations {
  read(nonce: string): Promise<OperationState | undefined>;
  signal(nonce: string, change: OperationChange): Promise<void>;
}
