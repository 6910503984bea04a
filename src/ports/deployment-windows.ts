import type { SwapRequest } from "../domain/kernel/swap-request";
import type { Hold } from "../domain/pair/pair";
import type { DeploymentWindow } from "../domain/policy/deployment-window";
import type { PairPolicy } from "../domain/policy/policy";

/** The present windows and freezes of policy, which may differ from those a promotion was planned with. */
export interface DeploymentWindows {
  /** Whether a swap of this request may start at `at`. An unreadable calendar closes the window and never throws. */
  at(
    policy: PairPolicy,
    asked: Pick<SwapRequest, "notBefore" | "expiresAt">,
    holds: readonly Hold[],
    at: number,
  ): Promise<DeploymentWindow>;
}
