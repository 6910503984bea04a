import { error, shaped, statusReply } from "./arm-replies";
import { ServiceFaultRunner } from "./service-fault-runner";
import type { ArmOutcome, ArmReply, ArmRequest, ResourceManagerClock } from "./contract";
import { damaged } from "./damage";
import { DiskFault, type Disk } from "./disk";
import { Faults, operationOf, type FaultAnswer } from "./faults";
import { instanceStateOf, readinessOf, type Readiness } from "./instances";
import { joinedState } from "./joined-state";
import { Journal } from "./journal";
import { Operations } from "./operations";
import { replyHeaders } from "./reply-headers";
import { routeOf } from "./routes";
import type { Scenario } from "./scenario";
import { initialState, type ServiceState, type WorldState } from "./state";
import { beginWrite, concernedBy } from "./swaps";
import { Throttle } from "./throttle";
import type { ServiceFault } from "./service-faults";
import { issueAbout } from "./service-fault-runner";
import { answerRead } from "./reads";
import { momentOf, readinessOfAll, serviceOf, type World } from "./world";

/** The fault of a call, requested before the faults that were added; undefined: none. */
export type FaultPolicy = (request: ArmRequest) => FaultAnswer | undefined;

interface SimulatorParts {
  readonly scenario: Scenario;
  readonly clock: ResourceManagerClock;
  readonly speed: number;
  readonly dataDirectory?: string;
  readonly disk?: Disk;
  readonly strike?: FaultPolicy;
}

/** Simulates Azure Resource Manager for cloud services: state, operations, faults and journal. No sockets. */
export class Simulator {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly state: WorldState;
  readonly #world: World;
  readonly #operations: Operations;
  readonly #serviceFaults: ServiceFaultRunner;
  readonly #throttle: Throttle;
  readonly #strike: FaultPolicy | undefined;
  readonly #timers = new Set<() => void>();

  constructor({ scenario, clock, speed, dataDirectory, disk, strike }: SimulatorParts) {
    const now = clock.now();
    refuseMisplaced(scenario);
    this.journal = new Journal(dataDirectory, disk);
    try {
      this.state = joinedState(this.journal.loadState(), scenario, now);
      this.journal.saveState(this.state);
    } catch (fault) {
      this.journal.close();
      throw fault;
    }
    this.#world = {
      scenario,
      clock,
      speed,
      state: this.state,
      journal: this.journal,
      timer: (at, fire) => {
        this.#timer(at, fire);
      },
    };
    this.faults = new Faults(() => clock.now(), seeded(scenario.seed));
    for (const fault of scenario.faults) this.faults.add(fault);
    this.#operations = new Operations(this.#world);
    this.#serviceFaults = new ServiceFaultRunner(this.#world);
    this.#throttle = new Throttle(scenario.throttling, now);
    this.#strike = strike;
  }

  get subscription(): string {
    return this.#world.scenario.subscription;
  }

  service(name: string): ServiceState | undefined {
    return serviceOf(this.#world, name);
  }

  instanceState(service: ServiceState, instance: string): string {
    return instanceStateOf(this.state, service, instance, momentOf(this.#world));
  }

  /** Seconds of this world since a time in ms since 1970. */
  secondsSince(at: number): number {
    const { now, speed } = momentOf(this.#world);
    return ((now - at) / 1000) * speed;
  }

  readiness(service: ServiceState): Readiness {
    return readinessOf(this.state, service, momentOf(this.#world));
  }

  isInGap(service: ServiceState): boolean {
    return this.#operations.isInGap(service);
  }

  /** Journal entries of calls whose operation still runs, or whose effect is still to come. */
  underWay(): number[] {
    return this.#operations.underWay();
  }

  /** Journal entries of calls whose operation failed or was cancelled without effect. */
  failed(): number[] {
    return this.#operations.failed();
  }

  swapByHand(name: string): boolean {
    return this.#serviceFaults.swapByHand(name);
  }

  /** Adds a service fault that starts now; returns what is wrong with it, or undefined. */
  addServiceFault(fault: ServiceFault): string | undefined {
    return this.#serviceFaults.add(fault);
  }

  save(): void {
    this.journal.saveState(this.state);
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.journal.close();
  }

  /** Fires after `ms` on the simulator's clock, unless it is closed or cancelled before. */
  after(ms: number, fire: () => void): () => void {
    return this.#timer(this.#world.clock.now() + ms, fire);
  }

  #timer(at: number, fire: () => void): () => void {
    const cancel = this.#world.clock.setTimer(at, () => {
      this.#timers.delete(cancel);
      fire();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  /** The outcome of a call. Changes are on disk before the answer; a failing disk answers 500. */
  handle(request: ArmRequest): ArmOutcome {
    try {
      return this.#handle(request);
    } catch (fault) {
      if (!(fault instanceof DiskFault)) throw fault;
      return { kind: "reply", delayMs: 0, reply: error(500, "WorldDiskFault", fault.message) };
    }
  }

  #handle(request: ArmRequest): ArmOutcome {
    const now = this.#world.clock.now();
    const ready = request.method === "GET" ? undefined : this.#evidence(request);
    const entry = this.journal.add(request.method, request.url, now, ready);
    const fault = this.#strike?.(request) ?? this.faults.strike(request.method, request.url);
    const delayMs = (fault && "delayMs" in fault ? fault.delayMs : undefined) ?? 0;
    const reply = this.#replyTo(request, entry, fault);
    if (reply === "hang") return { kind: "hang", delayMs };
    const status = reply === "reset" ? null : reply.status;
    this.journal.answered(entry, status, now + delayMs);
    if (reply === "reset") return { kind: "reset", delayMs };
    const described = shaped(reply, this.#world.scenario.wire.errors);
    const headers = {
      ...replyHeaders(request, entry, now),
      ...this.#throttle.headers(request.method),
      ...described.headers,
    };
    return { kind: "reply", delayMs, reply: damaged({ ...described, headers }, fault) };
  }

  #replyTo(request: ArmRequest, entry: number, fault: FaultAnswer | undefined): ArmReply | "reset" | "hang" {
    if (fault?.kind === "hang") return "hang";
    if (fault?.kind === "reset-before") return "reset";
    if (fault?.kind === "status") return statusReply(fault);
    const throttled = this.#throttle.refuse(request.method, this.#world.clock.now());
    if (throttled) return throttled;
    const reply = this.#answer(request, entry, fault);
    return fault?.kind === "reset-after" ? "reset" : reply;
  }

  #evidence(request: ArmRequest): Record<string, Readiness> {
    const services = concernedBy(this.#world, routeOf(request), request.body);
    return readinessOfAll(this.#world, services);
  }

  #answer(request: ArmRequest, entry: number, fault: FaultAnswer | undefined): ArmReply | "reset" | "hang" {
    const route = routeOf(request);
    if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(route.query.get("api-version") ?? "")) {
      return error(
        400,
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      );
    }
    if (request.method === "GET") return answerRead(this.#world, this.#operations, route, request);
    return beginWrite(this.#world, this.#operations, { route, request, entry, plan: operationOf(fault) });
  }
}

/** Throws when a service fault names what the scenario does not have. */
function refuseMisplaced(scenario: Scenario): void {
  if (scenario.serviceFaults.length === 0) return;
  const state = initialState(scenario, 0);
  const issues = scenario.serviceFaults.flatMap((each) => issueAbout(state, each) ?? []);
  if (issues.length > 0) throw new Error(`the scenario is wrong:\n  ${issues.join("\n  ")}`);
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
