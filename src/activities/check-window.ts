import type { SwapRequest } from "../domain/kernel/swap-request";
import type { DeploymentWindow } from "../domain/policy/deployment-window";
import type { PairPolicy } from "../domain/policy/policy";
import type { Ports } from "../ports/ports";

export interface WindowInput {
  readonly policy: PairPolicy;
  readonly asked: Pick<SwapRequest, "notBefore" | "expiresAt">;
}

/** Whether policy lets the swap start now. Holds are checked when the lease is acquired. */
export function checkWindow({ policy, asked }: WindowInput, ports: Ports): Promise<DeploymentWindow> {
  return ports.deploymentWindows.at(policy, asked, [], ports.clock.now());
}
