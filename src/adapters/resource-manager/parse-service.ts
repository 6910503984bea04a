import type {
  Frontend,
  InstanceObservation,
  PublicIpObservation,
  RoleProfile,
  ServiceObservation,
} from "../../domain/cloud-service/observation";
import type { Slot } from "../../domain/kernel/swap-request";
import { listMember, member, textMember } from "./replies";

/** The finding about a service model without a slot. The slot resource may have it. */
export const NO_SLOT = missing("slot");

export interface Parsing {
  readonly id: string;
  readonly now: number;
  readonly versionTag: string;
  readonly digest: (text: string) => string;
}

/** Reads a cloud service. Findings name missing fields; of the configuration only a digest is kept. */
export function parseService(body: unknown, { id, now, versionTag, digest }: Parsing): ServiceObservation {
  const properties = member(body, "properties");
  const network = member(properties, "networkProfile");
  const configuration = member(properties, "configuration");
  const roles = parseRoles(member(properties, "roleProfile"));
  const given = {
    type: textMember(body, "type"),
    location: textMember(body, "location"),
    uniqueId: textMember(properties, "uniqueId"),
    provisioningState: textMember(properties, "provisioningState"),
    slot: parseSlot(textMember(network, "slotType")),
    swappableId: textMember(member(network, "swappableCloudService"), "id"),
    roles,
  };
  const needed = ["type", "location", "uniqueId", "provisioningState", "slot", "roles"] as const;
  const findings = needed.filter((name) => given[name] === undefined).map(missing);
  return {
    id: textMember(body, "id") ?? id,
    name: textMember(body, "name") ?? id.slice(id.lastIndexOf("/") + 1),
    observedAt: now,
    ...given,
    version: textMember(member(body, "tags"), versionTag),
    configurationDigest:
      typeof configuration === "string" && configuration !== ""
        ? digest(configuration).slice(0, 16)
        : undefined,
    frontends: parseFrontends(network),
    findings,
  };
}

function missing(name: string): string {
  return `the reply has no ${name}`;
}

export function parseSlot(text: string | undefined): Slot | undefined {
  const slot = text?.toLowerCase();
  return slot === "production" || slot === "staging" ? slot : undefined;
}

function parseRoles(profile: unknown): readonly RoleProfile[] | undefined {
  const roles = listMember(profile, "roles")?.map((role) => {
    const capacity = member(member(role, "sku"), "capacity");
    const name = textMember(role, "name");
    return name !== undefined && typeof capacity === "number" ? { name, capacity } : undefined;
  });
  return roles?.every((role) => role !== undefined) ? roles : undefined;
}

function parseFrontends(network: unknown): readonly Frontend[] {
  return (listMember(network, "loadBalancerConfigurations") ?? []).flatMap((balancer) => {
    const loadBalancer = textMember(balancer, "name") ?? "?";
    const frontends = listMember(member(balancer, "properties"), "frontendIPConfigurations") ?? [];
    return frontends.map((frontend) => {
      const properties = member(frontend, "properties");
      return {
        loadBalancer,
        name: textMember(frontend, "name") ?? "?",
        publicIpId: textMember(member(properties, "publicIPAddress"), "id"),
        subnetId: textMember(member(properties, "subnet"), "id"),
      };
    });
  });
}

/** Reads one role instance. `states` is undefined if the reply has no instance view. */
export function parseInstance(body: unknown): InstanceObservation | undefined {
  const name = textMember(body, "name");
  if (name === undefined) return undefined;
  const statuses = listMember(member(member(body, "properties"), "instanceView"), "statuses");
  const role = /^(.+)_IN_\d+$/i.exec(name)?.[1];
  const states = statuses?.flatMap((status) => textMember(status, "code") ?? []);
  return { name, role, states };
}

export function parsePublicIp(body: unknown, id: string, now: number): PublicIpObservation {
  const properties = member(body, "properties");
  const given = {
    address: textMember(properties, "ipAddress"),
    allocation: textMember(properties, "publicIPAllocationMethod"),
    sku: textMember(member(body, "sku"), "name"),
    fqdn: textMember(member(properties, "dnsSettings"), "fqdn"),
    frontendId: textMember(member(properties, "ipConfiguration"), "id"),
  };
  const findings = (["address", "allocation"] as const).filter((name) => given[name] === undefined);
  return { id: textMember(body, "id") ?? id, observedAt: now, ...given, findings: findings.map(missing) };
}
