import { instanceStateOf, type PublicIpState, type ServiceState, type WorldState } from "./state";

/** Text of a service configuration; it stands for secrets, and must appear nowhere but in replies. */
const CSCFG_CANARY = "canary-secret-of-the-service-configuration";

/** Replies upper-case the resource group (recorded): ids must be compared ignoring case. */
export function serviceId(
  subscription: string,
  { group, name }: Pick<ServiceState, "group" | "name">,
  upper = true,
): string {
  const rg = upper ? group.toUpperCase() : group;
  return `/subscriptions/${subscription}/resourceGroups/${rg}/providers/Microsoft.Compute/cloudServices/${name}`;
}

function ipId(subscription: string, { group, name }: PublicIpState): string {
  return `/subscriptions/${subscription}/resourceGroups/${group.toUpperCase()}/providers/Microsoft.Network/publicIPAddresses/${name}`;
}

export function serviceBody(subscription: string, state: WorldState, service: ServiceState): object {
  const partner =
    service.swappable === undefined ? undefined : state.services[service.swappable.toLowerCase()];
  const missing =
    service.swappable === undefined ? undefined : { group: service.group, name: service.swappable };
  const pointed = partner ?? missing;
  return {
    id: serviceId(subscription, service),
    name: service.name,
    type: "Microsoft.Compute/cloudServices",
    location: service.location,
    tags: service.version === undefined ? {} : { version: service.version },
    properties: {
      configuration: `<?xml version="1.0"?><ServiceConfiguration serviceName="${service.name}"><Setting name="Secret" value="${CSCFG_CANARY}-${service.version ?? ""}"/></ServiceConfiguration>`,
      upgradeMode: "Auto",
      roleProfile: {
        roles: service.roles.map(({ name, capacity }) => ({
          name,
          sku: { name: "Standard_D1_v2", tier: "Standard", capacity },
        })),
      },
      networkProfile: {
        loadBalancerConfigurations: service.loadBalancers.map((lb) => ({
          name: lb.name,
          properties: {
            frontendIpConfigurations: lb.frontends.map((frontend) =>
              frontendBody(subscription, state, frontend),
            ),
          },
        })),
        ...(service.slot === undefined ? {} : { slotType: service.slot }),
        ...(pointed ? { swappableCloudService: { id: serviceId(subscription, pointed) } } : {}),
      },
      provisioningState: service.provisioningState,
      uniqueId: service.uniqueId,
    },
  };
}

function frontendBody(
  subscription: string,
  state: WorldState,
  frontend: { name: string; publicIp?: string | undefined; subnet?: string | undefined },
): object {
  const ip = frontend.publicIp === undefined ? undefined : state.publicIps[frontend.publicIp.toLowerCase()];
  return {
    name: frontend.name,
    properties: {
      ...(ip ? { publicIPAddress: { id: ipId(subscription, ip) } } : {}),
      ...(frontend.subnet === undefined ? {} : { subnet: { id: frontend.subnet } }),
    },
  };
}

export function instanceBody(
  service: ServiceState,
  name: string,
  expanded: boolean,
  now: number,
  speed: number,
): object {
  const state = instanceStateOf(service, name, now, speed);
  const view = {
    platformUpdateDomain: 0,
    platformFaultDomain: 0,
    privateId: `private-${name}`,
    statuses: [{ code: `RoleState/${state}`, displayStatus: state, level: "Info", message: "" }],
  };
  return {
    name,
    sku: { name: "Standard_D1_v2", tier: "Standard" },
    properties: { networkProfile: { networkInterfaces: [] }, ...(expanded ? { instanceView: view } : {}) },
  };
}

/** The summary counts each instance once per family of codes (recorded). */
export function summaryBody(service: ServiceState, now: number, speed: number): object {
  const states = service.instances.map(({ name }) => instanceStateOf(service, name, now, speed));
  const count = service.instances.length;
  const families = [...new Set(states)].map((state) => ({
    code: `RoleState/${state}`,
    count: states.filter((s) => s === state).length,
  }));
  return {
    roleInstance: {
      statusesSummary: [
        { code: "ProvisioningState/succeeded", count },
        { code: "PowerState/started", count },
        ...families,
      ],
    },
    statuses: [
      { code: "ProvisioningState/succeeded" },
      { code: "PowerState/started" },
      { code: "CurrentUpgradeDomain/-1" },
    ],
  };
}

export function publicIpBody(subscription: string, state: WorldState, ip: PublicIpState): object {
  const holder = Object.values(state.services)
    .flatMap((service) =>
      service.loadBalancers.flatMap((lb) => lb.frontends.map((frontend) => ({ service, lb, frontend }))),
    )
    .find(({ frontend }) => frontend.publicIp?.toLowerCase() === ip.name.toLowerCase());
  const group = holder?.service.group.toUpperCase() ?? "";
  const configuration = holder && {
    id: `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/loadBalancers/${holder.lb.name}/frontendIPConfigurations/${holder.frontend.name}`,
  };
  return {
    id: ipId(subscription, ip),
    name: ip.name,
    location: "westeurope",
    sku: { name: ip.sku, tier: "Regional" },
    properties: {
      provisioningState: "Succeeded",
      ipAddress: ip.address,
      publicIPAllocationMethod: ip.allocation,
      ...(configuration ? { ipConfiguration: configuration } : {}),
      dnsSettings: { domainNameLabel: ip.label, fqdn: `${ip.label}.westeurope.cloudapp.azure.com` },
    },
  };
}
