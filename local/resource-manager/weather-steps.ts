import { instancesOfRole } from "./instances";
import type { ServiceState, WorldState } from "./state";
import { secondsOf, type Spell, type Weather } from "./weather";

interface Step {
  /** Seconds since the weather began. */
  readonly after: number;
  change(state: WorldState, service: ServiceState, spell: Spell): void;
}

/** The changes of the world that weather makes at fixed moments; all else about it is a function of time. */
export function stepsOf(weather: Weather, swapByHand: (service: string) => void): readonly Step[] {
  const seconds = secondsOf(weather);
  switch (weather.kind) {
    case "scale":
      return [
        {
          after: 0,
          change: (_state, service, spell) => {
            beginScale(service, weather, spell);
          },
        },
        {
          after: seconds,
          change: (_state, service) => {
            endScale(service, weather);
          },
        },
      ];
    case "redeployment":
      return [
        {
          after: 0,
          change: (_state, service) => {
            beginRedeployment(service, weather);
          },
        },
        {
          after: seconds,
          change: (_state, service) => {
            service.provisioningState = "Succeeded";
          },
        },
      ];
    case "deleted":
      return [{ after: 0, change: remove }];
    case "unpaired":
      return [{ after: 0, change: unpair }];
    case "swap-by-hand":
      return [
        {
          after: seconds,
          change: (_state, service) => {
            swapByHand(service.name);
          },
        },
      ];
    default:
      return [];
  }
}

/** What is wrong with weather for this world, or undefined. */
export function issueAbout(state: WorldState, weather: Weather): string | undefined {
  const service = state.services[weather.service.toLowerCase()];
  if (!service) return `service: there is no service ${weather.service}`;
  const instance = "instance" in weather ? weather.instance : undefined;
  if (
    instance !== undefined &&
    !service.instances.some((i) => i.name.toLowerCase() === instance.toLowerCase())
  )
    return `instance: there is no instance ${instance} of ${weather.service}`;
  const role = "role" in weather ? weather.role : undefined;
  if (role !== undefined && !service.roles.some((r) => r.name.toLowerCase() === role.toLowerCase()))
    return `role: there is no role ${role} of ${weather.service}`;
  return undefined;
}

type Scale = Weather & { kind: "scale" };

function beginScale(service: ServiceState, { role: name, capacity }: Scale, spell: Spell): void {
  const role = service.roles.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!role) return;
  role.capacity = capacity;
  service.provisioningState = "Updating";
  const before = instancesOfRole(service, role.name).length;
  spell.before = before;
  for (let i = before; i < capacity; i++)
    service.instances.push({ name: `${role.name}_IN_${i}`, role: role.name, state: "RoleStateStarted" });
}

function endScale(service: ServiceState, { role, capacity }: Scale): void {
  service.provisioningState = "Succeeded";
  const gone = instancesOfRole(service, role).slice(capacity);
  for (const instance of gone) service.instances.splice(service.instances.indexOf(instance), 1);
}

function beginRedeployment(service: ServiceState, weather: Weather & { kind: "redeployment" }): void {
  service.provisioningState = "Updating";
  service.version = weather.version ?? service.version;
  service.uniqueId = weather.uniqueId ?? service.uniqueId;
}

function remove(state: WorldState, service: ServiceState): void {
  unpair(state, service);
  Reflect.deleteProperty(state.services, service.name.toLowerCase());
}

function unpair(state: WorldState, service: ServiceState): void {
  for (const each of Object.values(state.services)) {
    if (each.swappable?.toLowerCase() === service.name.toLowerCase()) each.swappable = undefined;
  }
  service.swappable = undefined;
}
