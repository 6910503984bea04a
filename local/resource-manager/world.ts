import type { ResourceManagerClock } from "./contract";
import { armNameOf } from "./ids";
import { readinessOf, type Moment, type Readiness } from "./instances";
import type { Effect, Journal } from "./journal";
import type { Scenario } from "./scenario";
import { publicFrontend, type ServiceState, type WorldState } from "./state";

export type Pair = readonly [ServiceState, ServiceState];

/** What all changes of the world work on. */
export interface World {
  readonly scenario: Scenario;
  readonly state: WorldState;
  readonly journal: Journal;
  readonly clock: ResourceManagerClock;
  readonly speed: number;
  /** A timer that ends with the simulator. */
  timer(at: number, fire: () => void): void;
}

export function momentOf({ clock, speed }: World): Moment {
  return { now: clock.now(), speed };
}

export function serviceOf({ state }: World, name: string): ServiceState | undefined {
  return state.services[name.toLowerCase()];
}

/** The service that an ARM id names. */
export function serviceAt(
  world: World,
  { subscription, group, name }: { subscription: string; group: string; name: string },
): ServiceState | undefined {
  const isIt = (service: ServiceState) =>
    same(armNameOf(service), name) &&
    same(service.group, group) &&
    same(service.subscription ?? world.scenario.subscription, subscription);
  const usual = serviceOf(world, name);
  return usual && isIt(usual) ? usual : Object.values(world.state.services).find(isIt);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** A service with the one that it points at. */
export function pairOf(world: World, service: ServiceState): Pair | undefined {
  const partner = service.swappable === undefined ? undefined : serviceOf(world, service.swappable);
  return partner && [service, partner];
}

/** Evidence for the journal, by name of service. */
export function readinessOfAll(world: World, services: readonly ServiceState[]): Record<string, Readiness> {
  const moment = momentOf(world);
  return Object.fromEntries(
    services.map((service) => [service.name, readinessOf(world.state, service, moment)]),
  );
}

/** Changes which service holds which slot and address: on disk before anyone can see it, or not at all. */
export function takeEffect(
  world: World,
  pair: Pair,
  cause: Pick<Effect, "cause" | "entry">,
  change: () => void,
): void {
  const { state, journal } = world;
  const ready = readinessOfAll(world, pair);
  const before = bindingsOf(pair);
  const undo = remembered(pair);
  change();
  if (bindingsOf(pair) === before) {
    journal.saveState(state);
    return;
  }
  const production = pair.find((service) => service.slot === "Production")?.name;
  let written = false;
  try {
    // Journal before state: a change torn by a kill is undone at the next start, and done again.
    journal.tookEffect({ ...cause, production, ready }, world.clock.now());
    written = true;
    state.effects++;
    journal.saveState(state);
  } catch (fault) {
    if (written) {
      state.effects--;
      journal.withdrawEffect();
    }
    undo();
    throw fault;
  }
}

function bindingsOf(pair: Pair): string {
  return pair.map((service) => `${service.slot ?? ""} ${publicFrontend(service)?.publicIp ?? ""}`).join();
}

function remembered(pair: Pair): () => void {
  const slots = pair.map((service) => service.slot);
  const frontends = pair.flatMap((service) => service.loadBalancers.flatMap((lb) => lb.frontends));
  const ips = frontends.map((frontend) => frontend.publicIp);
  return () => {
    pair.forEach((service, i) => {
      service.slot = slots[i];
    });
    frontends.forEach((frontend, i) => {
      frontend.publicIp = ips[i];
    });
  };
}
