import type { InstanceState, ServiceState, WorldState } from "./state";
import { secondsOf, type ScheduledFault, type ServiceFault } from "./service-faults";

const DOMAINS = 5;

/** The time at which instances are read; `speed` divides the durations of scripts and service faults. */
export interface Moment {
  readonly now: number;
  readonly speed: number;
}

/** The update domain of an instance: its number in the role, modulo five. */
export function domainOf(name: string): number {
  return numberOf(name) % DOMAINS;
}

export function lastDomainOf(service: ServiceState): number {
  return service.instances.reduce((most, { name }) => Math.max(most, domainOf(name)), 0);
}

/** The instances in a list now: without those still to come and those that are unlisted. */
export function listedInstances(state: WorldState, service: ServiceState, moment: Moment): InstanceState[] {
  const faults = scheduledFor(state, service);
  if (faults.length === 0) return service.instances;
  return service.instances.filter(
    (instance) => !faults.some((scheduled) => hides(scheduled, instance, elapsedOf(scheduled, moment))),
  );
}

/** The state of an instance now: from the newest service fault, else from the script once it has begun, else as set. */
export function instanceStateOf(
  state: WorldState,
  service: ServiceState,
  name: string,
  moment: Moment,
): string {
  const instance = service.instances.find((each) => each.name === name);
  if (!instance) return "RoleStateUnknown";
  const faults = scheduledFor(state, service);
  for (const scheduled of [...faults].reverse()) {
    const word = stateUnder(scheduled, service, instance, elapsedOf(scheduled, moment));
    if (word !== undefined) return word;
  }
  return scripted(service, name, moment) ?? instance.state;
}

/** The update domain that is being updated, for the summary; -1: none. */
export function walkedDomain(state: WorldState, service: ServiceState, moment: Moment): number {
  for (const scheduled of scheduledFor(state, service)) {
    const walk = walkOf(scheduled.fault, service);
    const domain = walk && Math.floor(elapsedOf(scheduled, moment) / walk);
    if (domain !== undefined && domain >= 0 && domain <= lastDomainOf(service)) return domain;
  }
  return -1;
}

function scheduledFor(state: WorldState, service: ServiceState): readonly ScheduledFault[] {
  if (state.serviceFaults.length === 0) return [];
  return state.serviceFaults.filter(
    ({ fault }) => fault.service.toLowerCase() === service.name.toLowerCase(),
  );
}

export function elapsedOf({ from, fault }: ScheduledFault, { now, speed }: Moment): number {
  return ((now - from) / 1000) * speed - (fault.at ?? 0);
}

function scripted(service: ServiceState, name: string, { now, speed }: Moment): string | undefined {
  if (service.scriptFrom === undefined) return undefined;
  const elapsed = ((now - service.scriptFrom) / 1000) * speed;
  const steps = service.script.filter((step) => step.instance === name && step.after <= elapsed);
  return steps.sort((a, b) => a.after - b.after).at(-1)?.state;
}

function hides(scheduled: ScheduledFault, { name, role }: InstanceState, elapsed: number): boolean {
  if (elapsed < 0) return false;
  const { fault } = scheduled;
  const seconds = secondsOf(fault);
  if (fault.kind === "unlisted") return same(fault.instance, name) && elapsed < seconds;
  return isNew(scheduled, role, name) && elapsed < seconds / 2;
}

/** A scale-out adds the instances with numbers from the previous capacity on. */
function isNew({ fault, before = Infinity }: ScheduledFault, role: string, name: string): boolean {
  return fault.kind === "scale" && same(fault.role, role) && numberOf(name) >= before;
}

function numberOf(name: string): number {
  return Number(/_IN_(\d+)$/i.exec(name)?.[1] ?? 0);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Seconds per update domain, for faults that restart one domain after another. */
function walkOf(fault: ServiceFault, service: ServiceState): number | undefined {
  if (fault.kind === "guest-os-update") return fault.domainSeconds ?? 120;
  if (fault.kind === "redeployment") return secondsOf(fault) / (lastDomainOf(service) + 1);
  return undefined;
}

function stateUnder(
  scheduled: ScheduledFault,
  service: ServiceState,
  instance: InstanceState,
  elapsed: number,
): string | undefined {
  const { fault } = scheduled;
  const seconds = secondsOf(fault);
  if (elapsed < 0 || elapsed >= seconds) return undefined;
  const { name, role } = instance;
  if ("instance" in fault && !concerns(fault.instance, name)) return undefined;
  if ("role" in fault && !concerns(fault.role, role)) return undefined;
  switch (fault.kind) {
    case "restart":
      return restarting(elapsed / seconds);
    case "guest-os-update":
    case "redeployment":
      return walking(elapsed / (walkOf(fault, service) ?? 1) - domainOf(name));
    case "healing":
      return elapsed < seconds / 2 ? "RoleStateUnknown" : "RoleStateStarting";
    case "cycling":
      return cycling((elapsed / (fault.period ?? 60)) % 1);
    case "state":
      return fault.state;
    case "scale":
      if (numberOf(name) >= fault.capacity) return "RoleStateStopping";
      return isNew(scheduled, role, name) ? "RoleStateStarting" : undefined;
    default:
      return undefined;
  }
}

/** How far the update of its own domain is, for an instance: 0 to 1. */
function walking(share: number): string | undefined {
  return share >= 0 && share < 1 ? restarting(share) : undefined;
}

function concerns(wanted: string | undefined, given: string): boolean {
  return wanted === undefined || same(wanted, given);
}

function restarting(share: number): string {
  return share < 1 / 3 ? "RoleStateStopping" : "RoleStateStarting";
}

function cycling(share: number): string {
  if (share < 1 / 2) return "RoleStateBusy";
  return share < 3 / 4 ? "RoleStateRecycle" : "RoleStateStarted";
}

/** Whether every listed instance is started, which the platform checks before it swaps. */
export function allStarted(state: WorldState, service: ServiceState, moment: Moment): boolean {
  return service.instances.every(
    ({ name }) => instanceStateOf(state, service, name, moment) === "RoleStateStarted",
  );
}

/**
 * The readiness of a service: the numbers are equal exactly when every expected and every listed instance is started.
 */
export interface Readiness {
  readonly started: number;
  /** Per role the greater of capacity and listed instances. */
  readonly expected: number;
  readonly provisioningState: string;
  readonly version: string | undefined;
  readonly slot: "Production" | "Staging" | undefined;
}

export function readinessOf(state: WorldState, service: ServiceState, moment: Moment): Readiness {
  const listed = listedInstances(state, service, moment);
  const started = listed.filter(
    ({ name }) => instanceStateOf(state, service, name, moment) === "RoleStateStarted",
  ).length;
  const expected = service.roles.reduce(
    (sum, role) => sum + Math.max(role.capacity, listed.filter((i) => i.role === role.name).length),
    0,
  );
  const { provisioningState, version, slot } = service;
  return { started, expected, provisioningState, version, slot };
}

export function instancesOfRole(service: ServiceState, role: string): InstanceState[] {
  return service.instances.filter((instance) => same(instance.role, role));
}
