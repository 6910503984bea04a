import type { InvocationContext } from "@azure/functions";
import * as df from "durable-functions";
import { AsyncLocalStorage } from "node:async_hooks";
import { createDurableEngine, type DurableEngine, type TaskHub } from "../../../local/durable-engine";
import { CoreApp } from "../../../local/functions-host";
import { createLog } from "../../../src/adapters/console-log";
import { digest } from "../../../src/adapters/digest";
import {
  createOperations,
  createPairs,
  createPromotions,
  createSchedules,
} from "../../../src/adapters/durable-client";
import type { ProbeAnswer } from "../../../src/domain/cloud-service/probe";
import type { Announcer } from "../../../src/ports/announcer";
import type { Clock } from "../../../src/ports/clock";
import type { CloudServices } from "../../../src/ports/cloud-services";
import type { Ports } from "../../../src/ports/ports";
import type { Pairs } from "../../../src/ports/promotions";
import type { Schedule } from "../../../src/ports/schedules";
import { deploymentWindowsOf } from "../../support/deployment-windows";
import { mustComeToRest, type VirtualClock } from "../../support/virtual-clock";
import type { PairsOfHost } from "../plans/planned-pairs";
import { HostClock, type Standstill } from "./clocks";
import { plainSharing, type Seat, type Sharing } from "./sharing";

/** The durable section of a deployment's host.json, as far as the embedded engine uses it. */
export function settingsOf(
  defaultVersion: string,
  { partitions, pollSeconds }: Sharing,
): Readonly<Record<string, unknown>> {
  return {
    hubName: "CloudServiceSwap",
    defaultVersion,
    versionMatchStrategy: "CurrentOrOlder",
    versionFailureStrategy: "Reject",
    maxConcurrentActivityFunctions: 20,
    storageProvider: {
      partitionCount: partitions,
      maxQueuePollingInterval: `00:00:${String(pollSeconds).padStart(2, "0")}`,
      controlQueueVisibilityTimeout: "00:01:00",
      workItemQueueVisibilityTimeout: "00:00:30",
    },
  };
}

/** One lifetime of a host in its seat. */
export interface Incarnation {
  readonly id: string;
  readonly seat: Seat;
  readonly version: string;
  readonly sharing?: Sharing;
  /** The pairs file at its start, and the file's number. */
  readonly pairs: PairsOfHost;
}

type Invocation = Parameters<CoreApp["invoke"]>[1];

/** The parts of the world that a host uses. */
export interface HostSurroundings {
  readonly clock: VirtualClock;
  readonly hub: TaskHub;
  publish(host: SimulatedHost, event: string): Promise<void>;
  nonce(): string;
  /** Called once when the host dies at a crash point. */
  died(host: SimulatedHost, point: string): void;
  /** Called at every crash point. */
  mayDie(point: string): boolean;
  logged(host: SimulatedHost, level: string, line: string): void;
  /** The calendar of freezes now; undefined while it is unreadable. */
  calendar(): string | undefined;
  readonly health: { ask(host: string, url: string): ProbeAnswer };
  /** Whether a host stands still during an attempt, and how its clocks show it. */
  freezesAttempt(): Standstill | undefined;
  /** Called between an attempt's last check of the clock and its PUT. */
  beforeWrite(host: SimulatedHost, service: string, execution: string): Promise<void>;
}

/** The execution of a function, for records of its calls to Azure. */
export interface Errand {
  readonly request: string;
  readonly activity: string;
  readonly execution: string;
  /** World time, whatever the host's clock shows. */
  readonly startedAt: number;
}

const ATTEMPT = "attemptSwap";

const errands = new AsyncLocalStorage<Errand>();
const NO_ERRAND: Errand = { request: "?", activity: "?", execution: "?", startedAt: 0 };

/** The errand of the current code. */
export function errandUnderWay(): Errand {
  return errands.getStore() ?? NO_ERRAND;
}

/**
 * One incarnation of a function host: an engine on the shared hub, and the product's functions with real adapters.
 * After its death nothing continues: its pending calls, and later calls of a zombie, never return.
 */
export class SimulatedHost {
  /** Counts the steps of all hosts: no world continues without one. */
  static steps = 0;
  readonly id: string;
  readonly seat: Seat;
  readonly clock: HostClock;
  /** The schedules of its pairs file, and the file's number. */
  schedules: readonly Schedule[] = [];
  file = 0;
  readonly pairs: PairsOfHost;
  alive = true;
  readonly #world: HostSurroundings;
  readonly #cloudServices: CloudServices;
  readonly #engine: DurableEngine;
  readonly #app: CoreApp;
  readonly #deploymentWindows: ReturnType<typeof deploymentWindowsOf>;
  #thaw: Promise<void> | undefined;
  #evicted = false;
  #count = 0;

  constructor(
    world: HostSurroundings,
    { id, seat, version, sharing = plainSharing, pairs }: Incarnation,
    rent: (self: SimulatedHost) => CloudServices,
  ) {
    this.#world = world;
    this.id = id;
    this.pairs = pairs;
    this.seat = seat;
    this.#cloudServices = rent(this);
    this.clock = new HostClock(world.clock);
    this.#deploymentWindows = deploymentWindowsOf(pairs.policies, this.#clock(), pairs.windowRules, {
      get: () => world.calendar(),
    });
    this.#engine = createDurableEngine({
      hub: world.hub,
      host: sharing.renamed ? id : seat.name,
      runsDurableFunctions: seat.runsDurableFunctions,
      settings: settingsOf(version, sharing),
      clock: { now: () => this.now(), setTimer: (at, fire) => world.clock.setTimer(at, fire) },
      origin: "http://localhost:7071",
      rpc: "none",
      onCrash: () => {
        if (!this.#evicted) this.die("commit");
      },
    });
    const binding = {
      ...(JSON.parse(this.#engine.inputBinding("durableClient") ?? "{}") as object),
      rpcBaseUrl: `http://${id}/durabletask/`,
    };
    const text = JSON.stringify(binding);
    const extension = {
      bindingTypes: this.#engine.bindingTypes,
      inputBinding: (type: string) => (type === "durableClient" ? text : undefined),
      handleHttp: () => Promise.resolve(undefined),
      start: () => Promise.resolve(),
      stop: () => Promise.resolve(),
    };
    this.#app = new CoreApp([extension], ({ level, message }) => {
      world.logged(this, level, message);
    });
  }

  now(): number {
    return this.clock.now();
  }

  async start(): Promise<void> {
    await this.#app.appStart(".");
    await this.#engine.start({
      functions: this.#app.functions,
      invoke: (name, request) => this.invoke(name, request),
    });
  }

  invoke(name: string, request: Invocation): ReturnType<CoreApp["invoke"]> {
    return this.gate(() =>
      this.#app.invoke(name, { ...request, invocationId: `${this.id}:${this.#count++}` }),
    );
  }

  /** The name of a trigger's binding, which names its data. */
  bindingOf(name: string): string {
    const { bindings } = this.#app.metadataOf(name);
    const found = Object.entries(bindings).find(([, { type }]) => /trigger$/i.test(type));
    if (!found) throw new Error(`${name} has no trigger`);
    return found[0];
  }

  /** Dies at once. */
  die(point: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#engine.kill();
    this.#world.died(this, point);
  }

  /** Stops in order: takes no more work, and lets running work end. */
  async stop(): Promise<void> {
    await this.#engine.stop();
    this.alive = false;
  }

  /** Ends with the world, without notification. */
  abandon(): void {
    this.alive = false;
    this.#engine.kill();
  }

  /** The platform considers it dead and gives its work to others, while its running work continues later. */
  evict(): void {
    this.#evicted = true;
    this.#engine.kill();
  }

  /** Stands still for `forMs`, then continues unchanged. */
  freeze(forMs: number): void {
    this.#thaw = this.#world.clock.sleep(forMs).then(() => {
      this.#thaw = undefined;
    });
  }

  /** Runs a step of this host; never returns after its death. */
  async gate<T>(work: () => Promise<T>): Promise<T> {
    SimulatedHost.steps++;
    await this.#standing();
    try {
      return await work();
    } finally {
      SimulatedHost.steps++;
      await this.#standing();
    }
  }

  /** A crash point: the host may die here, and then the call never returns. */
  async pass(point: string): Promise<void> {
    if (this.alive && this.#world.mayDie(point)) this.die(point);
    await this.#standing();
  }

  rpc(request: Parameters<DurableEngine["rpc"]>[0]): ReturnType<DurableEngine["rpc"]> {
    return this.#engine.rpc(request);
  }

  portsFor(context: InvocationContext): Ports {
    const errand = errandOf(context, this.#world.clock.now());
    const log = createLog((level, line) => {
      this.#world.logged(this, level, line);
    });
    let made: df.DurableClient | undefined;
    const client = () => (made ??= df.getClient(context));
    const announcer: Announcer = {
      publish: (event) => this.gate(() => this.#world.publish(this, event)),
    };
    return {
      cloudServices: this.#guarded(this.#cloudServices, errand),
      announcer,
      prober: { ask: (url) => this.#ask(url, errand) },
      policies: this.pairs.policies,
      deploymentWindows: this.#deploymentWindows(log),
      clock: this.#clock(),
      log,
      promotions: createPromotions(client, log),
      pairs: errand.activity === ATTEMPT ? this.#freezing(createPairs(client)) : createPairs(client),
      operations: createOperations(client),
      schedules: createSchedules(client, this.schedules),
      digest,
      nonce: () => this.#world.nonce(),
    };
  }

  #ask(url: string, errand: Errand): Promise<ProbeAnswer> {
    return this.gate(() => errands.run(errand, () => Promise.resolve(this.#world.health.ask(this.id, url))));
  }

  #clock(): Clock {
    const { clock } = this.#world;
    return {
      now: () => this.now(),
      monotonic: () => this.clock.monotonic(),
      sleep: (ms) => this.gate(() => clock.sleep(ms)),
    };
  }

  #guarded(cloud: CloudServices, errand: Errand): CloudServices {
    const send = <T>(work: () => Promise<T>) => this.gate(() => errands.run(errand, work));
    const read = async <T>(work: () => Promise<T>) => {
      return errand.activity === ATTEMPT ? this.#frozenAround(() => send(work)) : send(work);
    };
    return {
      readService: (id, tag) => read(() => cloud.readService(id, tag)),
      readInstances: (id) => read(() => cloud.readInstances(id)),
      readPublicIp: (id) => read(() => cloud.readPublicIp(id)),
      readPermissions: (id) => read(() => cloud.readPermissions(id)),
      readOperation: (address) => read(() => cloud.readOperation(address)),
      requestSwap: async (id, slot, timeoutMs) => {
        await this.#world.beforeWrite(this, id, errand.execution);
        return send(() => cloud.requestSwap(id, slot, timeoutMs));
      },
    };
  }

  /** An attempt's calls to its pair coordinator: its host may also stand still before the grant. */
  #freezing(pairs: Pairs): Pairs {
    return {
      ...pairs,
      signal: (pair, operation) => this.#frozenAround(() => pairs.signal(pair, operation)),
      read: (pair) => this.#frozenAround(() => pairs.read(pair)),
    };
  }

  async #frozenAround<T>(step: () => Promise<T>): Promise<T> {
    this.#mayFreeze();
    const seen = await this.gate(step);
    this.#mayFreeze();
    return this.gate(() => Promise.resolve(seen));
  }

  #mayFreeze(): void {
    const standstill = this.#thaw ? undefined : this.#world.freezesAttempt();
    if (!standstill) return;
    this.clock.stand(standstill);
    this.freeze(standstill.forMs);
  }

  async #standing(): Promise<void> {
    while (this.#thaw) await this.#thaw;
    if (!this.alive) await new Promise<never>(() => undefined);
  }
}

/** Runs everything that hosts can do without time passing. */
export async function quiet(): Promise<void> {
  const round = mustComeToRest();
  for (let still = 0; still < 2;) {
    round();
    const before = SimulatedHost.steps;
    await new Promise((resolve) => setImmediate(resolve));
    still = SimulatedHost.steps === before ? still + 1 : 0;
  }
}

/** Ids of runs and of their waits, which contain the promotion's id. */
const instanceIds = [/^wait-(.+)-[0-9a-f]+-\d+$/, /^promotion-(.+?)(?:-[a-z]+-[0-9a-f]{8})?$/];

/**
 * Finds the promotion in the orchestration id that an activity gets. Throws without one, because rules would miss it.
 */
function errandOf(
  { triggerMetadata, functionName, invocationId }: InvocationContext,
  startedAt: number,
): Errand {
  const id = triggerMetadata?.["instanceId"];
  const errand = { activity: functionName, execution: invocationId, startedAt };
  if (typeof id !== "string") return { request: "?", ...errand };
  const request = instanceIds.flatMap((each) => each.exec(id)?.[1] ?? [])[0];
  if (request === undefined) throw new Error(`the instance id ${id} names no promotion`);
  return { request, ...errand };
}
