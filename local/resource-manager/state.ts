import type { ErrorShape } from "./arm-replies";
import type { Addressed } from "./operation-urls";
import type { Scenario, ServiceScenario } from "./scenario";
import type { Spell } from "./weather";

export interface Frontend {
  readonly name: string;
  publicIp?: string | undefined;
  readonly subnet?: string | undefined;
}

export interface InstanceState {
  readonly name: string;
  readonly role: string;
  state: string;
}

export interface ServiceState {
  readonly name: string;
  readonly group: string;
  readonly location: string;
  uniqueId: string;
  version: string | undefined;
  provisioningState: string;
  slot: "Production" | "Staging" | undefined;
  swappable: string | undefined;
  readonly roles: { readonly name: string; capacity: number; readonly web: boolean }[];
  readonly loadBalancers: { readonly name: string; readonly frontends: Frontend[] }[];
  readonly instances: InstanceState[];
  readonly script: { readonly instance: string; readonly after: number; readonly state: string }[];
  readonly bug?: { readonly after: number; readonly status: number } | undefined;
  /** When the instances were first listed: the script runs from then on, once. */
  scriptFrom?: number | undefined;
}

export interface Binding {
  readonly service: string;
  readonly loadBalancer: string;
  readonly frontend: string;
  readonly publicIp: string;
}

/** What an operation changes: the slots of a pair, or which public IP each frontend holds. */
export type Change =
  | { readonly kind: "slot"; readonly target: "Production" | "Staging" }
  | { readonly kind: "addresses"; readonly bindings: readonly Binding[] };

export interface Operation {
  readonly id: string;
  /** The service named, and the other one of its pair. */
  readonly services: readonly [string, string];
  readonly location: string;
  readonly change: Change;
  readonly startedAt: number;
  /** When it ends as far as it tells; null: never. */
  readonly endsAt: number | null;
  /** When the change happens; null: it does not. */
  readonly effectAt: number | null;
  outcome: "Succeeded" | "Failed" | "Canceled";
  error?: { readonly code: string; readonly message: string } | undefined;
  readonly word?: string | undefined;
  /** Journal entry of the call that began it. */
  readonly entry: number;
  /** Answers 404 from the start. */
  readonly lost: boolean;
  readonly urls: Addressed["urls"];
  issued: number;
  readonly errorShape?: ErrorShape | undefined;
  /** The change is over and done with, or there is none. */
  applied: boolean;
}

export interface PublicIpState {
  readonly name: string;
  readonly group: string;
  readonly address: string;
  readonly allocation: string;
  readonly sku: string;
  readonly label: string;
}

/** Everything that survives a restart. */
export interface WorldState {
  readonly services: Record<string, ServiceState>;
  readonly publicIps: Record<string, PublicIpState>;
  readonly operations: Operation[];
  readonly weather: Spell[];
  /** How many effects of the journal this state includes. */
  effects: number;
}

export function initialState(scenario: Scenario, now: number): WorldState {
  const services: Record<string, ServiceState> = {};
  const publicIps: Record<string, PublicIpState> = {};
  for (const pair of scenario.pairs) {
    for (const [side, other] of [
      [pair.blue, pair.green],
      [pair.green, pair.blue],
    ] as const) {
      services[side.name.toLowerCase()] = serviceState(side, other.name);
    }
    for (const ip of pair.publicIps) publicIps[ip.name.toLowerCase()] = { ...ip, group: pair.blue.group };
  }
  const weather = scenario.weather.map((each) => ({ weather: each, from: now, steps: 0 }));
  return { services, publicIps, operations: [], weather, effects: 0 };
}

function serviceState(service: ServiceScenario, partner: string): ServiceState {
  const instances = service.roles.flatMap(({ name, capacity }) =>
    Array.from({ length: service.instances[name] ?? capacity }, (_, i) => ({
      name: `${name}_IN_${i}`,
      role: name,
      state: "RoleStateStarted",
    })),
  );
  const { name, group, location, version, provisioningState, slot, roles, loadBalancers, script, bug } =
    service;
  const swappable = service.swappable === undefined ? partner : (service.swappable ?? undefined);
  const uniqueId = `00000000-0000-4000-8000-${Buffer.from(name).toString("hex").padEnd(12, "0").slice(0, 12)}`;
  return {
    name,
    group,
    location,
    uniqueId,
    version,
    provisioningState,
    slot,
    swappable,
    roles,
    instances,
    script,
    bug,
    loadBalancers: loadBalancers.map((lb) => ({
      name: lb.name,
      frontends: lb.frontends.map((f) => ({ ...f })),
    })),
  };
}

/** Exchanges what a VIP swap exchanges: the public IPs of the two frontends, and the slots. */
export function exchange(a: ServiceState, b: ServiceState): void {
  const [x, y] = [publicFrontend(a), publicFrontend(b)];
  if (x && y) [x.publicIp, y.publicIp] = [y.publicIp, x.publicIp];
  [a.slot, b.slot] = [b.slot, a.slot];
}

/** Binds frontends to public IPs; a pair whose addresses change hands so has swapped, and its slots follow. */
export function bind(pair: readonly [ServiceState, ServiceState], bindings: readonly Binding[]): void {
  const before = publicFrontend(pair[0])?.publicIp;
  for (const { service, loadBalancer, frontend: name, publicIp } of bindings) {
    const balancer = pair
      .find((each) => each.name === service)
      ?.loadBalancers.find((each) => each.name === loadBalancer);
    const frontend = balancer?.frontends.find((each) => each.name === name);
    if (frontend) frontend.publicIp = publicIp;
  }
  const [a, b] = pair;
  if (publicFrontend(a)?.publicIp !== before) [a.slot, b.slot] = [b.slot, a.slot];
}

export function publicFrontend(service: ServiceState): Frontend | undefined {
  return service.loadBalancers
    .flatMap((lb) => lb.frontends)
    .find((frontend) => frontend.publicIp !== undefined);
}
