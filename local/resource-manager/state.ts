import type { Scenario, ServiceScenario } from "./scenario";

export interface Frontend {
  readonly name: string;
  publicIp?: string | undefined;
  readonly subnet?: string | undefined;
}

export interface ServiceState {
  readonly name: string;
  readonly group: string;
  readonly location: string;
  readonly uniqueId: string;
  version: string | undefined;
  provisioningState: string;
  slot: "Production" | "Staging" | undefined;
  readonly swappable: string | undefined;
  readonly roles: { readonly name: string; capacity: number; readonly web: boolean }[];
  readonly loadBalancers: { readonly name: string; readonly frontends: Frontend[] }[];
  readonly instances: { readonly name: string; readonly role: string; state: string }[];
  readonly script: { readonly instance: string; readonly after: number; readonly state: string }[];
  /** When the instances were first listed: the script runs from then on, once. */
  scriptFrom?: number | undefined;
}

export interface Operation {
  readonly id: string;
  readonly service: string;
  readonly target: "Production" | "Staging";
  readonly startedAt: number;
  readonly dueAt: number;
  readonly outcome: "Succeeded" | "Failed" | "Canceled";
  readonly error?: { readonly code: string; readonly message: string } | undefined;
  readonly withEffect: boolean;
  /** Journal entry of the PUT. */
  readonly entry: number;
  /** Answers 404 from the start. */
  readonly lost: boolean;
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
}

export function initialState(scenario: Scenario): WorldState {
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
  return { services, publicIps, operations: [] };
}

function serviceState(service: ServiceScenario, partner: string): ServiceState {
  const instances = service.roles.flatMap(({ name, capacity }) =>
    Array.from({ length: service.instances[name] ?? capacity }, (_, i) => ({
      name: `${name}_IN_${i}`,
      role: name,
      state: "RoleStateStarted",
    })),
  );
  const { name, group, location, version, provisioningState, slot, roles, loadBalancers, script } = service;
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
    loadBalancers: loadBalancers.map((lb) => ({
      name: lb.name,
      frontends: lb.frontends.map((f) => ({ ...f })),
    })),
  };
}

/** The state of an instance now: what the script says once it has begun, else what was set. */
export function instanceStateOf(service: ServiceState, name: string, now: number, speed: number): string {
  const own = service.instances.find((instance) => instance.name === name)?.state ?? "RoleStateUnknown";
  if (service.scriptFrom === undefined) return own;
  const elapsed = ((now - service.scriptFrom) / 1000) * speed;
  const steps = service.script.filter((step) => step.instance === name && step.after <= elapsed);
  return steps.sort((a, b) => a.after - b.after).at(-1)?.state ?? own;
}

/** Exchanges what a VIP swap exchanges: the public IPs of the two frontends, and the slots. */
export function exchange(a: ServiceState, b: ServiceState): void {
  const [x, y] = [publicFrontend(a), publicFrontend(b)];
  if (x && y) [x.publicIp, y.publicIp] = [y.publicIp, x.publicIp];
  [a.slot, b.slot] = [b.slot, a.slot];
}

export function publicFrontend(service: ServiceState): Frontend | undefined {
  return service.loadBalancers
    .flatMap((lb) => lb.frontends)
    .find((frontend) => frontend.publicIp !== undefined);
}
