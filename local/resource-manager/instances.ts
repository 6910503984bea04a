import type { InstanceState, ServiceState, WorldState } from "./state";
import { secondsOf, type Spell, type Weather } from "./weather";

const DOMAINS = 5;

/** The time at which instances are looked at; `speed` divides the durations of scripts and weather. */
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

/** The instances that a list shows just now: those to come, and those lost from sight, are not among them. */
export function listedInstances(state: WorldState, service: ServiceState, moment: Moment): InstanceState[] {
  const spells = spellsOf(state, service);
  if (spells.length === 0) return service.instances;
  return service.instances.filter(
    (instance) => !spells.some((spell) => hides(spell, instance, elapsedOf(spell, moment))),
  );
}

/** The state of an instance now: the weather's word, else the script's once it has begun, else what was set. */
export function instanceStateOf(
  state: WorldState,
  service: ServiceState,
  name: string,
  moment: Moment,
): string {
  const instance = service.instances.find((each) => each.name === name);
  if (!instance) return "RoleStateUnknown";
  const spells = spellsOf(state, service);
  for (const spell of [...spells].reverse()) {
    const word = stateUnder(spell, service, instance, elapsedOf(spell, moment));
    if (word !== undefined) return word;
  }
  return scripted(service, name, moment) ?? instance.state;
}

/** The update domain that is being walked, as the summary tells it; -1: none. */
export function walkedDomain(state: WorldState, service: ServiceState, moment: Moment): number {
  for (const spell of spellsOf(state, service)) {
    const walk = walkOf(spell.weather, service);
    const domain = walk && Math.floor(elapsedOf(spell, moment) / walk);
    if (domain !== undefined && domain >= 0 && domain <= lastDomainOf(service)) return domain;
  }
  return -1;
}

function spellsOf(state: WorldState, service: ServiceState): readonly Spell[] {
  if (state.weather.length === 0) return [];
  return state.weather.filter(({ weather }) => weather.service.toLowerCase() === service.name.toLowerCase());
}

export function elapsedOf({ from, weather }: Spell, { now, speed }: Moment): number {
  return ((now - from) / 1000) * speed - (weather.at ?? 0);
}

function scripted(service: ServiceState, name: string, { now, speed }: Moment): string | undefined {
  if (service.scriptFrom === undefined) return undefined;
  const elapsed = ((now - service.scriptFrom) / 1000) * speed;
  const steps = service.script.filter((step) => step.instance === name && step.after <= elapsed);
  return steps.sort((a, b) => a.after - b.after).at(-1)?.state;
}

function hides(spell: Spell, { name, role }: InstanceState, elapsed: number): boolean {
  if (elapsed < 0) return false;
  const { weather } = spell;
  const seconds = secondsOf(weather);
  if (weather.kind === "unlisted") return same(weather.instance, name) && elapsed < seconds;
  return isNew(spell, role, name) && elapsed < seconds / 2;
}

/** The instances that a scale-out adds are those whose number is not under the capacity before. */
function isNew({ weather, before = Infinity }: Spell, role: string, name: string): boolean {
  return weather.kind === "scale" && same(weather.role, role) && numberOf(name) >= before;
}

function numberOf(name: string): number {
  return Number(/_IN_(\d+)$/i.exec(name)?.[1] ?? 0);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Seconds per update domain of weather that walks them. */
function walkOf(weather: Weather, service: ServiceState): number | undefined {
  if (weather.kind === "guest-os-update") return weather.domainSeconds ?? 120;
  if (weather.kind === "redeployment") return secondsOf(weather) / (lastDomainOf(service) + 1);
  return undefined;
}

function stateUnder(
  spell: Spell,
  service: ServiceState,
  instance: InstanceState,
  elapsed: number,
): string | undefined {
  const { weather } = spell;
  const seconds = secondsOf(weather);
  if (elapsed < 0 || elapsed >= seconds) return undefined;
  const { name, role } = instance;
  if ("instance" in weather && !concerns(weather.instance, name)) return undefined;
  if ("role" in weather && !concerns(weather.role, role)) return undefined;
  switch (weather.kind) {
    case "restart":
      return restarting(elapsed / seconds);
    case "guest-os-update":
    case "redeployment":
      return walking(elapsed / (walkOf(weather, service) ?? 1) - domainOf(name));
    case "healing":
      return elapsed < seconds / 2 ? "RoleStateUnknown" : "RoleStateStarting";
    case "cycling":
      return cycling((elapsed / (weather.period ?? 60)) % 1);
    case "state":
      return weather.state;
    case "scale":
      if (numberOf(name) >= weather.capacity) return "RoleStateStopping";
      return isNew(spell, role, name) ? "RoleStateStarting" : undefined;
    default:
      return undefined;
  }
}

/** How far into the walk of its own update domain an instance is, in shares of it. */
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

/** Whether every listed instance is started, as the platform asks before it swaps. */
export function allStarted(state: WorldState, service: ServiceState, moment: Moment): boolean {
  return service.instances.every(
    ({ name }) => instanceStateOf(state, service, name, moment) === "RoleStateStarted",
  );
}

/** What is ready of a service: equal numbers exactly when every expected and every listed instance is started. */
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
