import type {
  Grant,
  InstanceList,
  PairObservation,
  PermissionsObservation,
  PublicIpObservation,
  Read,
  ServiceObservation,
} from "../../src/domain/cloud-service/observation";
import type { PairKey } from "../../src/domain/kernel/pair-key";
import type { Side, SwapRequest } from "../../src/domain/kernel/swap-request";
import { defaultPolicy, type PairPolicy } from "../../src/domain/policy/policy";

export const NOW = Date.parse("2026-11-24T12:00:00Z");

const group = "/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/rg/providers";

export function idOf(side: Side): string {
  return `${group}/Microsoft.Compute/cloudServices/shop-${side}`;
}

export function ipId(name: string): string {
  return `${group}/Microsoft.Network/publicIPAddresses/${name}`;
}

export function found<T>(value: T): Read<T> {
  return { kind: "found", value };
}

/** A healthy service of the pair `shop`. Blue holds production. */
export function aService(side: Side, over: Partial<ServiceObservation> = {}): ServiceObservation {
  return {
    id: idOf(side),
    name: `shop-${side}`,
    observedAt: NOW,
    type: "Microsoft.Compute/cloudServices",
    location: "westeurope",
    uniqueId: `unique-${side}`,
    provisioningState: "Succeeded",
    slot: side === "blue" ? "production" : "staging",
    swappableId: idOf(side === "blue" ? "green" : "blue"),
    version: side === "blue" ? "v1" : "v2",
    configurationDigest: "d",
    roles: [{ name: "Web", capacity: 2 }],
    frontends: [{ loadBalancer: "lb", name: "fe", publicIpId: ipId(`ip-${side}`) }],
    findings: [],
    ...over,
  };
}

export function someInstances(
  side: Side,
  states: readonly (string | undefined)[] = ["Started", "Started"],
  observedAt = NOW,
): InstanceList {
  return {
    serviceId: idOf(side),
    observedAt,
    findings: [],
    instances: states.map((state, i) => ({
      name: `Web_IN_${i}`,
      role: "Web",
      states: state === undefined ? undefined : [`RoleState/RoleState${state}`],
    })),
  };
}

export function anIp(name: string, over: Partial<PublicIpObservation> = {}): PublicIpObservation {
  return {
    id: ipId(name),
    observedAt: NOW,
    address: "203.0.113.1",
    allocation: "Static",
    sku: "Standard",
    findings: [],
    ...over,
  };
}

/** By default the permissions of one role with all actions. */
export function somePermissions(
  side: Side,
  grants: readonly Grant[] = [{ actions: ["*"], notActions: [] }],
): PermissionsObservation {
  return { resourceId: idOf(side), observedAt: NOW, grants, isWhole: true };
}

export function aPair(
  blue: Partial<ServiceObservation> = {},
  green: Partial<ServiceObservation> = {},
): PairObservation {
  return {
    blue: found(aService("blue", blue)),
    green: found(aService("green", green)),
    blueInstances: found(someInstances("blue")),
    greenInstances: found(someInstances("green")),
    publicIps: [found(anIp("ip-blue")), found(anIp("ip-green"))],
    bluePermissions: found(somePermissions("blue")),
    greenPermissions: found(somePermissions("green")),
  };
}

/** In unit tests the key of a pair is its name. */
export function keyOf(name: string): PairKey {
  return name as PairKey;
}

export const SHOP = keyOf("shop");

export function aPolicy(over: Partial<PairPolicy> = {}): PairPolicy {
  const { name = "shop" } = over;
  return { ...defaultPolicy, name, key: keyOf(name), blue: idOf("blue"), green: idOf("green"), ...over };
}

export function aRequest(over: Partial<SwapRequest> = {}): SwapRequest {
  return {
    requestId: "r-1",
    pair: "shop",
    promote: "green",
    reason: "because",
    requestedBy: "Rita",
    ...over,
  };
}
