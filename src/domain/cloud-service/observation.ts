import type { Side, Slot } from "../kernel/swap-request";

/** One read of the world: what was found, or why nothing was. Never an exception for what ARM may say. */
export type Read<T> =
  | { readonly kind: "found"; readonly value: T }
  | { readonly kind: "absent"; readonly detail: string }
  | { readonly kind: "denied"; readonly detail: string }
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
 * One cloud service as Resource Manager showed it. A field ARM left out is absent here and named in `findings`;
 * nothing is guessed. The service configuration (cscfg) itself never gets this far, only its digest.
 */
export interface ServiceObservation {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch, taken when the reply arrived. */
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
  /** What the reply lacked or said oddly, one sentence each. */
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
  /** Reads left in ARM's bucket, when it said so. */
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

/** One of the roles that somebody has: its `actions`, less its `notActions`; `*` stands for any text. */
export interface Grant {
  readonly actions: readonly string[];
  readonly notActions: readonly string[];
}

/** What the app itself may do at a resource, inherited roles included. */
export interface PermissionsObservation {
  readonly resourceId: string;
  readonly observedAt: number;
  readonly grants: readonly Grant[];
  /** Whether these are all; otherwise what is not among them is unknown. */
  readonly isWhole: boolean;
}

/** ARM ids differ in case from reply to reply: compare them through this. */
export function sameId(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

/** Who a service was when the plan was made; any difference later makes the plan stale. */
export interface ServiceIdentity {
  readonly side: Side;
  readonly id: string;
  readonly name: string;
  readonly uniqueId?: string;
  readonly version?: string;
  readonly configurationDigest?: string;
  readonly roles: readonly { readonly name: string; readonly capacity: number }[];
  /** The public IP this service held when planned. */
  readonly publicIpId?: string;
}

/** Everything a plan is made from, read at about the same time. */
export interface PairObservation {
  readonly blue: Read<ServiceObservation>;
  readonly green: Read<ServiceObservation>;
  readonly blueInstances: Read<InstanceList>;
  readonly greenInstances: Read<InstanceList>;
  /** Those the frontends name. */
  readonly publicIps: readonly Read<PublicIpObservation>[];
  /** What the app itself may do; what cannot be read stops no plan. */
  readonly bluePermissions: Read<PermissionsObservation>;
  readonly greenPermissions: Read<PermissionsObservation>;
}

export function publicIpIdOf(service: ServiceObservation): string | undefined {
  return service.frontends.find((frontend) => frontend.publicIpId)?.publicIpId;
}

export function lastSegment(id: string): string {
  return id.slice(id.lastIndexOf("/") + 1);
}
