import type { Scenario } from "./scenario";
import type { Named, PublicIpState, ServiceState } from "./state";

/** A scenario's subscription, for services and networks that name none. */
interface Subscribed {
  readonly scenario: Pick<Scenario, "subscription">;
}

/** Replies have the resource group in upper case (recorded), so compare ids ignoring case. */
export function serviceId(standardSubscription: string, service: Named, upper = true): string {
  const { group, subscription = standardSubscription } = service;
  const rg = upper ? group.toUpperCase() : group;
  return `/subscriptions/${subscription}/resourceGroups/${rg}/providers/Microsoft.Compute/cloudServices/${armNameOf(service)}`;
}

/** The name in Resource Manager; `name` is unique in the world. */
export function armNameOf({ armName, name }: Pick<Named, "armName" | "name">): string {
  return armName ?? name;
}

export function networkId(
  { scenario }: Subscribed,
  { subscription = scenario.subscription, group }: Pick<Named, "subscription" | "group">,
  type: string,
  name: string,
): string {
  return `/subscriptions/${subscription}/resourceGroups/${group.toUpperCase()}/providers/Microsoft.Network/${type}/${name}`;
}

export function publicIpId(world: Subscribed, ip: PublicIpState): string {
  return networkId(world, ip, "publicIPAddresses", ip.name);
}

export function frontendId(
  world: Subscribed,
  service: ServiceState,
  balancer: string,
  frontend: string,
): string {
  return `${networkId(world, service, "loadBalancers", balancer)}/frontendIPConfigurations/${frontend}`;
}
