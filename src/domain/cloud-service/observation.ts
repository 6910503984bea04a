import type { Side, Slot } from "../kernel/swap-request";

/** The result of one read of Azure. Every reply of Resource Manager is a value, never an exception. */
export type Read<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent" | "denied"; readonly detail: string }
  | { readonly kind: "throttled"; readonly detail: string; readonly retryAfterMs: number }
  | { readonly kind: "unavailable"; readonly detail: string; readonly retryAfterMs?: number };

/** A load balancer frontend of a cloud service, as the service model names it. */
export interface Frontend {
  readonly loadBalancer: string;
  readonly name: string;
  readonly publicIpId?: string;
  readonly subnetId?: string;
}

export interface RoleProfile {
  readonly name: string;
  readonly capacity: number;
}

/**
 * One cloud service as Resource Manager returned it. A missing field is absent here and named in `findings`. Of the
 * service configuration (cscfg), which may contain secrets, only the digest is kept.
 */
export interface ServiceObservation {
  readonly id: string;
  readonly name: string;
  /** When the reply arrived, in milliseconds since the epoch. */
  readonly observedAt: number;
  readonly type?: string;
  readonly location?: string;
  readonly uniqueId?: string;
  readonly provisioningState?: string;
  readonly slot?: Slot;
  readonly swappableId?: string;
  readonly version?: string;
  readonly configurationDigest?: string;
  /** Undefined when the role profile is missing or unreadable. */
  readonly roles?: readonly RoleProfile[];
  readonly frontends: readonly Frontend[];
  /** What is missing or unexpected in the reply, one sentence each. */
  readonly findings: readonly string[];
}

export interface InstanceObservation {
  readonly name: string;
  /** Role name, from `<role>_IN_<n>`; undefined when the name has another form. */
  readonly role?: string;
  /** Raw status codes of the instance view; undefined when ARM sent no instance view. */
  readonly states?: readonly string[];
}

export interface InstanceList {
  readonly serviceId: string;
  readonly observedAt: number;
  readonly instances: readonly InstanceObservation[];
  /** Reads left before ARM throttles, if the reply says so. */
  readonly remainingReads?: number;
  readonly findings: readonly string[];
}

export interface PublicIpObservation {
  readonly id: string;
  readonly observedAt: number;
  readonly address?: string;
  readonly allocation?: string;
  readonly sku?: string;
  readonly fqdn?: string;
  /** ARM id of the load balancer frontend that holds this IP now. */
  readonly frontendId?: string;
  readonly findings: readonly string[];
}

/** One role assignment: its `actions` except its `notActions`; `*` matches any text. */
export interface Grant {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** The permissions of the app on a resource, inherited roles included. */
export interface PermissionsObservation {
  readonly resourceId: string;
  readonly observedAt: number;
  readonly grants: readonly Grant[];
  /** Whether the list is complete; if not, an action that is not granted here is unknown. */
  readonly isWhole: boolean;
}

/** Compares ARM ids without regard to case, which differs from reply to reply. */
export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** The identity of a service at planning time. Any later difference makes the plan stale. */
export interface ServiceIdentity {
  readonly side: Side;
  readonly id: string;
  readonly name: string;
  readonly uniqueId?: string;
  readonly version?: string;
  readonly configurationDigest?: string;
  readonly roles: readonly { readonly name: string; readonly capacity: number }[];
  /** The public IP of the service at planning time. */
  readonly publicIpId?: string;
}

/** The input of a plan, read at about the same time. */
export interface PairObservation {
  readonly blue: Read<ServiceObservation>;
  readonly green: Read<ServiceObservation>;
  readonly blueInstances: Read<InstanceList>;
  readonly greenInstances: Read<InstanceList>;
  /** The public IPs that the frontends reference. */
  readonly publicIps: readonly Read<PublicIpObservation>[];
  /** The permissions of the app. A plan does not need them to be readable. */
  readonly bluePermissions: Read<PermissionsObservation>;
  readonly greenPermissions: Read<PermissionsObservation>;
}

export function publicIpIdOf(service: ServiceObservation): string | undefined {
  return service.frontends.find((frontend) => frontend.publicIpId)?.publicIpId;
}

export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
