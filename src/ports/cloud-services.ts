import type {
  InstanceList,
  PermissionsObservation,
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../domain/cloud-service/observation";
import type { Slot } from "../domain/kernel/swap-request";
import type { OperationAddress, OperationRead, SwapReply } from "../domain/swap/attempt";

/** Reads and changes services through Azure. Ids are full ARM ids. No method throws because of an ARM reply. */
export interface CloudServices {
  /** Reads one service. If the service model has no slot, reads `slot` from the slot resource. */
  readService(id: string, versionTag: string): Promise<Read<ServiceObservation>>;
  /** Reads every role instance with its instance view, from all pages. */
  readInstances(id: string): Promise<Read<InstanceList>>;
  readPublicIp(id: string): Promise<Read<PublicIpObservation>>;
  /** Reads the app's own permissions on a service. */
  readPermissions(id: string): Promise<Read<PermissionsObservation>>;
  /** Sends exactly one PUT that moves this service to `slot`. Never retries; ends after `timeoutMs`. */
  requestSwap(id: string, slot: Slot, timeoutMs: number): Promise<SwapReply>;
  /** Reads an operation once. Follows addresses on the ARM endpoint only. */
  readOperation(address: OperationAddress): Promise<OperationRead>;
}
