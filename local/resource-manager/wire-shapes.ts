import {
  domainOf,
  instanceStateOf,
  lastDomainOf,
  listedInstances,
  walkedDomain,
  type Moment,
} from "./instances";
import { armNameOf, publicIpId, serviceId } from "./ids";
import type { Frontend, ServiceState, WorldState } from "./state";
import { momentOf, serviceOf, type World } from "./world";

/** Text of a service configuration. It represents secrets, and must appear only in replies. */
const CSCFG_CANARY = "canary-secret-of-the-service-configuration";

const SKU = { name: "Standard_D1_v2", tier: "Standard" };

export function serviceBody(world: World, service: ServiceState): object {
  const { subscription, wire } = world.scenario;
  // A missing partner is still referenced, as if it were in the same group.
  const pointed =
    service.swappable === undefined
      ? undefined
      : (serviceOf(world, service.swappable) ?? { ...service, name: service.swappable, armName: undefined });
  return {
    id: serviceId(subscription, service),
    name: armNameOf(service),
    type: "Microsoft.Compute/cloudServices",
    location: service.location,
    tags: service.version === undefined ? {} : { [service.versionTag ?? "version"]: service.version },
    properties: {
      configuration: `<?xml version="1.0"?><ServiceConfiguration serviceName="${armNameOf(service)}"><Setting name="Secret" value="${CSCFG_CANARY}-${service.version ?? ""}"/></ServiceConfiguration>`,
      upgradeMode: "Auto",
      roleProfile: {
        roles: service.roles.map(({ name, capacity }) => ({ name, sku: { ...SKU, capacity } })),
      },
      networkProfile: {
        loadBalancerConfigurations: service.loadBalancers.map((lb) => ({
          name: lb.name,
          properties: {
            [wire.frontends]: lb.frontends.map((frontend) => frontendBody(world, frontend)),
          },
        })),
        ...(service.slot === undefined ? {} : { slotType: service.slot }),
        ...(pointed ? { [wire.swappable]: { id: serviceId(subscription, pointed) } } : {}),
      },
      provisioningState: service.provisioningState,
      uniqueId: service.uniqueId,
    },
  };
}

function frontendBody(world: World, frontend: Frontend): object {
  const ip = world.state.publicIps[frontend.publicIp?.toLowerCase() ?? ""];
  return {
    name: frontend.name,
    properties: {
      ...(ip ? { publicIPAddress: { id: publicIpId(world, ip) } } : {}),
      ...(frontend.subnet === undefined ? {} : { subnet: { id: frontend.subnet } }),
    },
  };
}

export function roleBody(
  { scenario }: World,
  service: ServiceState,
  { name, capacity }: { name: string; capacity: number },
): object {
  return {
    id: `${serviceId(scenario.subscription, service)}/roles/${name}`,
    name,
    type: "Microsoft.Compute/cloudServices/roles",
    location: service.location,
    sku: { ...SKU, capacity },
    properties: { uniqueId: `${service.uniqueId}:${name}` },
  };
}

/** Without `$expand` there is no instance view (recorded). */
export function instanceBody(world: World, service: ServiceState, name: string, expanded: boolean): object {
  return {
    id: `${serviceId(world.scenario.subscription, service)}/roleInstances/${name}`,
    name,
    type: "Microsoft.Compute/cloudServices/roleInstances",
    location: service.location,
    sku: SKU,
    properties: {
      networkProfile: { networkInterfaces: [] },
      ...(expanded ? { instanceView: instanceView(world, service, name) } : {}),
    },
  };
}

export function instanceView(world: World, service: ServiceState, name: string): object {
  const state = instanceStateOf(world.state, service, name, momentOf(world));
  return {
    platformUpdateDomain: domainOf(name),
    platformFaultDomain: domainOf(name) % 2,
    privateId: `private-${name}`,
    statuses: [{ code: `RoleState/${state}`, displayStatus: state, level: "Info", message: "" }],
  };
}

/** The summary counts each instance once per family of codes (recorded). */
export function summaryBody(world: WorldState, service: ServiceState, moment: Moment): object {
  const listed = listedInstances(world, service, moment);
  const states = listed.map(({ name }) => instanceStateOf(world, service, name, moment));
  const count = listed.length;
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
      { code: `ProvisioningState/${service.provisioningState.toLowerCase()}` },
      { code: "PowerState/started" },
      { code: `CurrentUpgradeDomain/${walkedDomain(world, service, moment)}` },
      { code: `MaxUpgradeDomain/${lastDomainOf(service)}` },
    ],
  };
}
