import type { Opening } from "../domain/opening";
import type { Hold } from "../domain/pair";
import type { PairPolicy } from "../domain/policy";
import type { SwapRequest } from "../domain/swap-request";

/** When policy lets swaps start: windows and freezes as they stand now, whatever a promotion was planned with. */
export interface Openings {
  /** Whether a swap of this request may start at `at`. Never throws for a calendar: one that cannot be read is closed. */
  at(
    policy: PairPolicy,
    asked: Pick<SwapRequest, "notBefore" | "expiresAt">,
    holds: readonly Hold[],
    at: number,
  ): Promise<Opening>;
}
