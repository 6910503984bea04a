import type {
  InstanceList,
  PermissionsObservation,
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../domain/cloud-service/observation";
import type { Slot } from "../domain/kernel/swap-request";
import type { OperationAddress, OperationRead, SwapReply } from "../domain/swap/attempt";

/** Pairs and slots, as the platform shows and changes them. Ids are full ARM ids. Nothing here throws for what ARM may answer. */
export interface CloudServices {
  /** One service; `slot` comes from the slot resource when the service model leaves it out. */
  readService(id: string, versionTag: string): Promise<Read<ServiceObservation>>;
  /** Every role instance with its instance view, all pages. */
  readInstances(id: string): Promise<Read<InstanceList>>;
  readPublicIp(id: string): Promise<Read<PublicIpObservation>>;
  /** What the app itself may do at a service. */
  readPermissions(id: string): Promise<Read<PermissionsObservation>>;
  /** Sends exactly one PUT naming the slot this service shall hold afterwards; never retries; ends after `timeoutMs`. */
  requestSwap(id: string, slot: Slot, timeoutMs: number): Promise<SwapReply>;
  /** Reads an operation once. Addresses on other hosts than the ARM endpoint are not followed. */
  readOperation(address: OperationAddress): Promise<OperationRead>;
}
