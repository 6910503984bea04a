import type { OperationAddress, OperationRead, SwapReply } from "../domain/attempt";
import type { InstanceList, PublicIpObservation, Read, ServiceObservation } from "../domain/observation";
import type { Slot } from "../domain/swap-request";

/** Pairs and slots, as the platform shows and changes them. Ids are full ARM ids. Nothing here throws for what ARM may answer. */
export interface CloudServices {
  /** One service; `slot` comes from the slot resource when the service model leaves it out. */
  readService(id: string, versionTag: string): Promise<Read<ServiceObservation>>;
  /** Every role instance with its instance view, all pages. */
  readInstances(id: string): Promise<Read<InstanceList>>;
  readPublicIp(id: string): Promise<Read<PublicIpObservation>>;
  /** Sends exactly one PUT naming the slot this service shall hold afterwards; never retries; ends after `timeoutMs`. */
  requestSwap(id: string, slot: Slot, timeoutMs: number): Promise<SwapReply>;
  /** Reads an operation once. Addresses on other hosts than the ARM endpoint are not followed. */
  readOperation(address: OperationAddress): Promise<OperationRead>;
}
