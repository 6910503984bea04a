import type { ErrorShape } from "./arm-replies";
import type { Addressed } from "./operation-urls";
import type { Scenario, ServiceScenario } from "./scenario";
import type { ScheduledFault } from "./service-faults";

export interface Frontend {
  readonly name: string;
  publicIp?: string;
  readonly subnet?: string;
}

export interface InstanceState {
  readonly name: string;
  readonly role: string;
  state: string;
}

/** The parts of a service that make up its ARM id. */
export interface Named {
  /** Unique in the world, across groups and subscriptions. */
  readonly name: string;
  /** The last segment of its ARM id, when that differs from its name. */
  readonly armName?: string;
  readonly group: string;
  /** The scenario's subscription when absent. */
  readonly subscription?: string;
}

export interface ServiceState extends Named {
  readonly location: string;
  uniqueId: string;
  version: string | undefined;
  /** `version` when absent. */
  readonly versionTag?: string;
  provisioningState: string;
  slot: "Production" | "Staging" | undefined;
  swappable: string | undefined;
  readonly roles: { readonly name: string; capacity: number; readonly web: boolean }[];
  readonly loadBalancers: { readonly name: string; readonly frontends: Frontend[] }[];
  readonly instances: InstanceState[];
  readonly script: { readonly instance: string; readonly after: number; readonly state: string }[];
  bug?: { readonly after: number; readonly status: number };
  readonly answers?: ServiceScenario["answers"];
  /** When the instances were first listed: the script runs once from then on. */
  scriptFrom?: number;
}

export interface Binding {
  readonly service: string;
  readonly loadBalancer: string;
  readonly frontend: string;
  readonly publicIp: string;
}

/** The change of an operation: the slots of a pair, or which public IP each frontend holds. */
export type Change =
  | { readonly kind: "slot"; readonly target: "Production" | "Staging" }
  | { readonly kind: "addresses"; readonly bindings: readonly Binding[] };

export interface Operation {
  readonly id: string;
  /** The named service, and the other one of its pair. */
  readonly services: readonly [string, string];
  readonly location: string;
  readonly change: Change;
  readonly startedAt: number;
  /** When it ends as reported; null: never. */
  readonly endsAt: number | null;
  /** When the change happens; null: never. */
  readonly effectAt: number | null;
  outcome: "Succeeded" | "Failed" | "Canceled";
  error?: { readonly code: string; readonly message: string };
  readonly word?: string;
  /** Journal entry of the call that started it. */
  readonly entry: number;
  /** Answers 404 from the start. */
  readonly lost: boolean;
  readonly urls: Addressed["urls"];
  issued: number;
  readonly errorShape?: ErrorShape;
  /** Whether the change is done, or there is none. */
  applied: boolean;
}

export interface PublicIpState {
  readonly name: string;
  readonly group: string;
  /** The scenario's subscription when absent. */
  readonly subscription?: string;
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
  readonly serviceFaults: ScheduledFault[];
  /** How many effects of the journal this state includes. */
  effects: number;
}

export function initialState(scenario: Scenario, now: number): WorldState {
  const services: Record<string, ServiceState> = {};
  const publicIps: Record<string, PublicIpState> = {};
  for (const pair of scenario.pairs) addPair(pair, { services, publicIps });
  const serviceFaults = scenario.serviceFaults.map((each) => ({ fault: each, from: now, steps: 0 }));
  return { services, publicIps, operations: [], serviceFaults, effects: 0 };
}

/** Adds the services and public addresses of a pair to the world. */
export function addPair(
  { blue, green, publicIps }: Scenario["pairs"][number],
  state: Pick<WorldState, "services" | "publicIps">,
): void {
  state.services[blue.name.toLowerCase()] = serviceState(blue, green.name);
  state.services[green.name.toLowerCase()] = serviceState(green, blue.name);
  const { group, subscription } = blue;
  for (const ip of publicIps) state.publicIps[ip.name.toLowerCase()] = { ...ip, group, subscription };
}

function serviceState(service: ServiceScenario, partner: string): ServiceState {
  const instances = service.roles.flatMap(({ name, capacity }) =>
    Array.from({ length: service.instances[name] ?? capacity }, (_, i) => ({
      name: `${name}_IN_${i}`,
      role: name,
      state: "RoleStateStarted",
    })),
  );
  const { name, armName, group, subscription, location, version, versionTag, provisioningState, slot } =
    service;
  const { roles, loadBalancers, script, bug, answers } = service;
  const swappable = service.swappable === undefined ? partner : (service.swappable ?? undefined);
  const uniqueId = `00000000-0000-4000-8000-${Buffer.from(name).toString("hex").padEnd(12, "0").slice(0, 12)}`;
  return {
    name,
    armName,
    group,
    subscription,
    location,
    uniqueId,
    version,
    versionTag,
    provisioningState,
    slot,
    swappable,
    roles,
    instances,
    script,
    bug,
    answers,
    loadBalancers: loadBalancers.map((lb) => ({
      name: lb.name,
      frontends: lb.frontends.map((f) => ({ ...f })),
    })),
  };
}

/** A VIP swap: exchanges the public IPs of the two frontends, and the slots. */
export function exchange(a: ServiceState, b: ServiceState): void {
  const [x, y] = [publicFrontend(a), publicFrontend(b)];
  if (x && y) [x.publicIp, y.publicIp] = [y.publicIp, x.publicIp];
  [a.slot, b.slot] = [b.slot, a.slot];
}

/** Binds frontends to public IPs. A pair whose addresses are exchanged has swapped, and its slots follow. */
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
