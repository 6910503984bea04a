import { DiskFault } from "./disk";
import { instancesOfRole } from "./instances";
import { exchange, type ServiceState, type WorldState } from "./state";
import { secondsOf, type ScheduledFault, type ServiceFault } from "./service-faults";
import { pairOf, serviceOf, takeEffect, type World } from "./world";

const DISK_RETRY_MS = 1_000;

/** Applies the changes of service faults at their times, once each, also after a restart. */
export class ServiceFaultRunner {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    for (const scheduled of world.state.serviceFaults) this.#armNext(scheduled);
  }

  /** Adds a fault that starts now; returns what is wrong with it, or undefined. */
  add(fault: ServiceFault): string | undefined {
    const { state, journal, clock } = this.#world;
    const issue = issueAbout(state, fault);
    if (issue !== undefined) return issue;
    const scheduled: ScheduledFault = { fault, from: clock.now(), steps: 0 };
    state.serviceFaults.push(scheduled);
    try {
      journal.saveState(state);
    } catch (cause) {
      state.serviceFaults.pop();
      throw cause;
    }
    this.#armNext(scheduled);
    return undefined;
  }

  /** Swaps as in the portal: at once, and not through the journalled API. */
  swapByHand(name: string): boolean {
    const service = serviceOf(this.#world, name);
    const pair = service && pairOf(this.#world, service);
    if (!pair) return false;
    takeEffect(this.#world, pair, { cause: "by-hand" }, () => {
      exchange(...pair);
    });
    return true;
  }

  #armNext(scheduled: ScheduledFault): void {
    const step = this.#stepsOf(scheduled)[scheduled.steps];
    if (!step) return;
    const { speed } = this.#world;
    const due = scheduled.from + (((scheduled.fault.at ?? 0) + step.after) * 1000) / speed;
    if (due <= this.#world.clock.now()) this.#next(scheduled);
    else
      this.#world.timer(due, () => {
        this.#next(scheduled);
      });
  }

  #next(scheduled: ScheduledFault): void {
    const { state, clock } = this.#world;
    const step = this.#stepsOf(scheduled)[scheduled.steps];
    const service = serviceOf(this.#world, scheduled.fault.service);
    // Counted first: the state with the change must also have the count.
    scheduled.steps++;
    try {
      if (service) step?.change(state, service, scheduled);
    } catch (fault) {
      if (!(fault instanceof DiskFault)) throw fault;
      scheduled.steps--;
      this.#world.timer(clock.now() + DISK_RETRY_MS, () => {
        this.#next(scheduled);
      });
      return;
    }
    this.#save();
    this.#armNext(scheduled);
  }

  /** What cannot be saved now is saved with the next change. A kill before that only repeats it. */
  #save(): void {
    try {
      this.#world.journal.saveState(this.#world.state);
    } catch (fault) {
      if (!(fault instanceof DiskFault)) throw fault;
    }
  }

  #stepsOf(scheduled: ScheduledFault): ReturnType<typeof stepsOf> {
    return stepsOf(scheduled.fault, (service) => {
      this.swapByHand(service);
    });
  }
}

interface Step {
  /** Seconds since the fault began. */
  readonly after: number;
  change(state: WorldState, service: ServiceState, scheduled: ScheduledFault): void;
}

/** The changes that a fault makes at fixed times. Everything else follows from the time that has passed. */
function stepsOf(fault: ServiceFault, swapByHand: (service: string) => void): readonly Step[] {
  const seconds = secondsOf(fault);
  switch (fault.kind) {
    case "scale":
      return [
        {
          after: 0,
          change: (_state, service, scheduled) => {
            beginScale(service, fault, scheduled);
          },
        },
        {
          after: seconds,
          change: (_state, service) => {
            endScale(service, fault);
          },
        },
      ];
    case "redeployment":
      return [
        {
          after: 0,
          change: (_state, service) => {
            beginRedeployment(service, fault);
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

/** What is wrong with a fault for this world, or undefined. */
export function issueAbout(state: WorldState, fault: ServiceFault): string | undefined {
  const service = state.services[fault.service.toLowerCase()];
  if (!service) return `service: there is no service ${fault.service}`;
  const instance = "instance" in fault ? fault.instance : undefined;
  if (
    instance !== undefined &&
    !service.instances.some((i) => i.name.toLowerCase() === instance.toLowerCase())
  )
    return `instance: there is no instance ${instance} of ${fault.service}`;
  const role = "role" in fault ? fault.role : undefined;
  if (role !== undefined && !service.roles.some((r) => r.name.toLowerCase() === role.toLowerCase()))
    return `role: there is no role ${role} of ${fault.service}`;
  return undefined;
}

type Scale = ServiceFault & { kind: "scale" };

function beginScale(service: ServiceState, { role: name, capacity }: Scale, scheduled: ScheduledFault): void {
  const role = service.roles.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!role) return;
  role.capacity = capacity;
  service.provisioningState = "Updating";
  const before = instancesOfRole(service, role.name).length;
  scheduled.before = before;
  for (let i = before; i < capacity; i++)
    service.instances.push({ name: `${role.name}_IN_${i}`, role: role.name, state: "RoleStateStarted" });
}

function endScale(service: ServiceState, { role, capacity }: Scale): void {
  service.provisioningState = "Succeeded";
  const gone = instancesOfRole(service, role).slice(capacity);
  for (const instance of gone) service.instances.splice(service.instances.indexOf(instance), 1);
}

function beginRedeployment(service: ServiceState, fault: ServiceFault & { kind: "redeployment" }): void {
  service.provisioningState = "Updating";
  service.version = fault.version ?? service.version;
  service.uniqueId = fault.uniqueId ?? service.uniqueId;
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
