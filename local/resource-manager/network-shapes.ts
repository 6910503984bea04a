import type { PublicIpState, ServiceState } from "./state";
import type { Route } from "./routes";
import { frontendId, networkId, publicIpId, serviceId } from "./ids";
import type { World } from "./world";

export function slotBody(world: World, service: ServiceState): object {
  return {
    id: `${serviceId(world.scenario.subscription, service)}/providers/Microsoft.Network/cloudServiceSlots/swap`,
    name: "swap",
    type: "Microsoft.Network/cloudServiceSlots",
    properties: { slotType: service.slot },
  };
}

export function publicIpBody(world: World, ip: PublicIpState): object {
  const holder = Object.values(world.state.services)
    .flatMap((service) =>
      service.loadBalancers.flatMap((lb) => lb.frontends.map((frontend) => ({ service, lb, frontend }))),
    )
    .find(({ frontend }) => frontend.publicIp?.toLowerCase() === ip.name.toLowerCase());
  const configuration = holder && {
    id: frontendId(world, holder.service, holder.lb.name, holder.frontend.name),
  };
  const location = holder?.service.location ?? "westeurope";
  return {
    id: publicIpId(world, ip),
    name: ip.name,
    type: "Microsoft.Network/publicIPAddresses",
    location,
    sku: { name: ip.sku, tier: "Regional" },
    properties: {
      provisioningState: "Succeeded",
      ipAddress: ip.address,
      publicIPAllocationMethod: ip.allocation,
      ...(configuration ? { ipConfiguration: configuration } : {}),
      dnsSettings: { domainNameLabel: ip.label, fqdn: `${ip.label}.${location}.cloudapp.azure.com` },
    },
  };
}

export function publicIpsOf(world: World, service: ServiceState): object[] {
  return service.loadBalancers
    .flatMap((lb) => lb.frontends)
    .flatMap(({ publicIp }) => world.state.publicIps[publicIp?.toLowerCase() ?? ""] ?? [])
    .map((ip) => publicIpBody(world, ip));
}

/** A load balancer of a service, as older swap tools read it; undefined when there is none of this name. */
export function loadBalancerBody(
  world: World,
  { subscription, group, name }: Extract<Route, { kind: "load-balancer" | "public-ip" }>,
): object | undefined {
  const standard = world.scenario.subscription;
  for (const service of Object.values(world.state.services)) {
    if ((service.subscription ?? standard).toLowerCase() !== subscription.toLowerCase()) continue;
    if (service.group.toLowerCase() !== group.toLowerCase()) continue;
    const balancer = service.loadBalancers.find((lb) => lb.name.toLowerCase() === name.toLowerCase());
    if (!balancer) continue;
    return {
      id: networkId(world, service, "loadBalancers", balancer.name),
      name: balancer.name,
      type: "Microsoft.Network/loadBalancers",
      location: service.location,
      sku: { name: "Standard", tier: "Regional" },
      properties: {
        provisioningState: "Succeeded",
        frontendIPConfigurations: balancer.frontends.map((frontend) => {
          const ip = world.state.publicIps[frontend.publicIp?.toLowerCase() ?? ""];
          return {
            name: frontend.name,
            id: frontendId(world, service, balancer.name, frontend.name),
            properties: {
              provisioningState: "Succeeded",
              privateIPAllocationMethod: "Dynamic",
              ...(ip ? { publicIPAddress: { id: publicIpId(world, ip) } } : {}),
              ...(frontend.subnet === undefined ? {} : { subnet: { id: frontend.subnet } }),
            },
          };
        }),
      },
    };
  }
  return undefined;
}
