import type { SwapRequest } from "../domain/kernel/swap-request";
import type { Hold } from "../domain/pair/pair";
import type { DeploymentWindow } from "../domain/policy/deployment-window";
import type { PairPolicy } from "../domain/policy/policy";

/** When policy lets swaps start: windows and freezes as they stand now, whatever a promotion was planned with. */
export interface DeploymentWindows {
  /** Whether a swap of this request may start at `at`. Never throws for a calendar: one that cannot be read is closed. */
  at(
    policy: PairPolicy,
    asked: Pick<SwapRequest, "notBefore" | "expiresAt">,
    holds: readonly Hold[],
    at: number,
  ): Promise<DeploymentWindow>;
}
