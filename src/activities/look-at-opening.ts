import type { Opening } from "../domain/opening";
import type { PairPolicy } from "../domain/policy";
import type { SwapRequest } from "../domain/swap-request";
import type { Ports } from "../ports/ports";

export interface OpeningInput {
  readonly policy: PairPolicy;
  readonly asked: Pick<SwapRequest, "notBefore" | "expiresAt">;
}

/** Whether policy lets the swap start now. Holds are the turn's matter. */
export function lookAtOpening({ policy, asked }: OpeningInput, ports: Ports): Promise<Opening> {
  return ports.openings.at(policy, asked, [], ports.clock.now());
}
