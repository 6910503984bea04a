import type { PublicIpState, ServiceState } from "./state";
import type { World } from "./world";

/** Replies upper-case the resource group (recorded): ids must be compared ignoring case. */
export function serviceId(
  subscription: string,
  { group, name }: Pick<ServiceState, "group" | "name">,
  upper = true,
): string {
  const rg = upper ? group.toUpperCase() : group;
  return `/subscriptions/${subscription}/resourceGroups/${rg}/providers/Microsoft.Compute/cloudServices/${name}`;
}

export function networkId(world: World, group: string, type: string, name: string): string {
  return `/subscriptions/${world.scenario.subscription}/resourceGroups/${group.toUpperCase()}/providers/Microsoft.Network/${type}/${name}`;
}

export function publicIpId(world: World, { group, name }: PublicIpState): string {
  return networkId(world, group, "publicIPAddresses", name);
}

export function frontendId(
  world: World,
  { group }: ServiceState,
  balancer: string,
  frontend: string,
): string {
  return `${networkId(world, group, "loadBalancers", balancer)}/frontendIPConfigurations/${frontend}`;
}
