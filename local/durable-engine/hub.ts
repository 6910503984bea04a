import { steps, type Change, type Effects } from "./changes";
import type { EngineClock, EngineLog } from "./contract";
import { EntityViews } from "./entity-views";
import { isStepwise, type CommitWork, type EngineFaults } from "./faults";
import { Delivery } from "./delivery";
import { EventType, toTimestamp, type HistoryEvent } from "./history";
import { Histories } from "./histories";
import { createIds, type Ids } from "./ids";
import { Queues } from "./queues";
import { isLive, type EntityRecord, type InstanceRecord, type TimerRecord } from "./records";
import { providerRecovery, type Recovery } from "./recovery";
import { Rows } from "./rows";
import { parseSettings, type HubSettings } from "./settings";
import { Timers } from "./timers";
import { openStore, type Database, type Store } from "./store";

export interface TaskHubOptions {
  /** Folder of the store; in memory with neither location nor database. */
  readonly location?: string;
  /** A database to open instead, for tests that restart in memory. */
  readonly database?: Database;
  /** The `extensions.durableTask` section of host.json. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Drives timers and delays; each host also has its own clock. */
  readonly clock: EngineClock;
  readonly faults?: EngineFaults;
  /** Numbers in [0, 1) for every id; system randomness when absent. */
  readonly random?: () => number;
  /** Selects among `n` ready items, at least two; the first when absent. */
  readonly pick?: (n: number) => number;
  /** When others receive what a host leaves behind; the provider's times when absent. */
  readonly recovery?: Recovery;
  readonly log?: (line: EngineLog) => void;
}

/** A host as the hub knows it. */
interface Committer {
  readonly name: string;
  readonly alive: boolean;
  die(): void;
}

/** The record that a piece of work began with. If it was replaced meanwhile, another host was faster. */
export type Expected =
  | { readonly instance: string; readonly was: InstanceRecord | undefined }
  | { readonly entity: string; readonly was: EntityRecord | undefined };

/**
 * The shared storage of the hosts: instances, histories, entities, queues and timers, and the only way to change
 * them. Memory follows the disk: nothing uses a change before it is durable.
 */
export class TaskHub {
  readonly instances = new Map<string, InstanceRecord>();
  readonly entities = new Map<string, EntityRecord>();
  /** Entities as clients read them. */
  readonly views: EntityViews;
  readonly queues: Queues;
  readonly settings: HubSettings;
  readonly clock: EngineClock;
  readonly faults: EngineFaults;
  readonly ids: Ids;
  readonly log: (line: EngineLog) => void;
  readonly isStepwise: boolean;
  /** Whether messages may be lost, repeated or reordered. */
  readonly isFaulty: boolean;
  readonly #store: Store | undefined;
  readonly #rows: Rows;
  readonly #histories: Histories;
  readonly #timers: Timers;
  readonly #delivery: Delivery;
  readonly #starting = new Set<string>();
  #epoch = 0;

  constructor(store: Store | undefined, options: TaskHubOptions) {
    this.#store = store;
    this.#histories = new Histories(store);
    this.settings = parseSettings(options.settings);
    this.clock = options.clock;
    this.faults = options.faults ?? {};
    this.ids = createIds(options.random);
    this.log = options.log ?? (() => undefined);
    const recovery = options.recovery ?? providerRecovery(this.settings, options.random);
    this.queues = new Queues(this.clock, this.settings, recovery, options.pick);
    this.#delivery = new Delivery(this.queues, this.faults);
    this.#timers = new Timers(this.clock, this.faults, (timer, sender) => {
      this.#fire(timer, sender);
    });
    this.views = new EntityViews(this.entities, this.clock, this.faults);
    this.isFaulty = options.faults !== undefined;
    this.isStepwise = isStepwise(this.faults);
    this.#rows = new Rows(this.instances, this.faults, (delayMs, then) => {
      this.queues.later(delayMs, then);
    });
  }

  async load(): Promise<void> {
    if (!this.#store) return;
    for (const record of await this.#store.instances()) this.instances.set(record.id, record);
    for (const record of await this.#store.entities()) this.entities.set(record.id, record);
    for (const message of await this.#store.messages()) this.queues.deliver(message);
    for (const activity of await this.#store.activities()) this.queues.offer(activity);
    for (const timer of await this.#store.timers()) this.#timers.arm(timer);
  }

  /** Stops its timers and closes its store. */
  async close(): Promise<void> {
    this.#timers.clear();
    this.queues.close();
    await this.#store?.close();
  }

  /** Empties the hub under its live hosts: their current work finds nothing when it ends. */
  async clear(): Promise<void> {
    this.#epoch++;
    this.#timers.clear();
    this.instances.clear();
    this.entities.clear();
    this.#histories.clear();
    this.#rows.clear();
    this.views.clear();
    this.#starting.clear();
    this.queues.clear();
    await this.#store?.clear();
  }

  /** Removes an entity while it runs; a batch under way is discarded. */
  async purgeEntity(id: string): Promise<void> {
    const change = { type: "dropEntity", id } as const;
    await this.#store?.commit([change], () => true);
    this.#apply(change, undefined);
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The row of an instance, as status queries read it. */
  row(id: string): InstanceRecord | undefined {
    return this.#rows.get(id);
  }
  rows(): Iterable<InstanceRecord> {
    return this.#rows.all();
  }

  history(id: string): Promise<readonly HistoryEvent[]> {
    return this.#histories.of(id, this.instances);
  }

  /** Whether an instance of this id is being started. */
  isStarting(id: string): boolean {
    return this.#starting.has(id);
  }

  reserve(effects: Effects, id: string): void {
    // Step by step, two starts of one id may both pass the check, as with the provider.
    if (this.isStepwise) return;
    this.#starting.add(id);
    effects.starts.push(id);
  }

  timersOf(id: string): readonly TimerRecord[] {
    return this.#timers.of(id);
  }

  /**
   * Makes effects durable and applies them. Returns false when another host was faster: then nothing is stored
   * except, step by step, its messages. Never resolves for a host that dies meanwhile.
   */
  async commit(host: Committer, effects: Effects, work: CommitWork, expected?: Expected): Promise<boolean> {
    const done = await this.#carryOut(host, effects, work, expected);
    return host.alive ? done : never();
  }

  async #carryOut(
    host: Committer,
    effects: Effects,
    work: CommitWork,
    expected: Expected | undefined,
  ): Promise<boolean> {
    if (this.isStepwise) this.queues.hold();
    try {
      if (this.isStepwise) return await this.#commitInSteps(host, effects, work, expected);
      const all = steps.flatMap((step) => effects[step]);
      return await this.#write(host, all, effects.epoch, expected);
    } finally {
      for (const id of effects.starts) this.#starting.delete(id);
      if (this.isStepwise) this.queues.free();
      else this.queues.wake();
    }
  }

  async #commitInSteps(
    host: Committer,
    effects: Effects,
    work: CommitWork,
    expected: Expected | undefined,
  ): Promise<boolean> {
    for (const step of [...steps, "done"] as const) {
      if (step !== "done" && effects[step].length === 0) continue;
      const verdict = this.faults.atCommit?.(step, work);
      if (verdict === "crash") host.die();
      if (typeof verdict === "number") await this.#holdUp(verdict);
      if (step === "done") break;
      const condition = step === "history" ? expected : undefined;
      if (!(await this.#write(host, effects[step], effects.epoch, condition))) return false;
    }
    return true;
  }

  async #holdUp(ms: number): Promise<void> {
    this.queues.free();
    await this.pause(ms);
    this.queues.hold();
  }

  /** Waits on the hub's clock. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.setTimer(this.clock.now() + ms, resolve);
    });
  }

  async #write(
    host: Committer,
    all: readonly Change[],
    epoch: number,
    expected: Expected | undefined,
  ): Promise<boolean> {
    if (!host.alive) return false;
    const changes = all.filter(
      (change) => change.type !== "insertInstance" || this.instances.get(change.record.id) === change.over,
    );
    if (epoch !== this.#epoch || !this.#stands(expected)) return false;
    if (this.#store && changes.length > 0) {
      const wanted = () => host.alive && epoch === this.#epoch && this.#stands(expected);
      if (!(await this.#store.commit(changes, wanted))) return false;
    }
    for (const change of changes) this.#apply(change, host.name);
    return true;
  }

  #stands(expected: Expected | undefined): boolean {
    if (!expected) return true;
    return "instance" in expected
      ? this.instances.get(expected.instance) === expected.was
      : this.entities.get(expected.entity) === expected.was;
  }

  #apply(change: Change, sender: string | undefined): void {
    switch (change.type) {
      case "insertInstance":
        this.#histories.drop(change.record.id);
        this.#rows.freeze(change.record.id);
        this.instances.set(change.record.id, change.record);
        return;
      case "putInstance":
        if (!isLive(change.record.status)) this.#histories.release(change.record.id);
        this.#rows.freeze(change.record.id);
        this.instances.set(change.record.id, change.record);
        return;
      case "dropInstance":
        this.instances.delete(change.record.id);
        this.#rows.drop(change.record.id);
        return;
      case "putRow":
        this.#rows.write(change.record);
        return;
      case "putHistory":
        this.#histories.append(change.record, change.events);
        return;
      case "dropHistory":
        this.#histories.drop(change.record.id);
        return;
      case "putEntity":
        this.views.write(change.record);
        this.entities.set(change.record.id, change.record);
        return;
      case "dropEntity":
        this.views.drop(change.id);
        this.entities.delete(change.id);
        return;
      case "putMessage":
        this.#delivery.send(change.message, sender);
        return;
      case "dropMessages":
        this.queues.drop(change.messages);
        return;
      case "putActivity":
        this.#delivery.offer(change.activity, sender);
        return;
      case "dropActivity":
        this.queues.workItems.drop(change.activity);
        return;
      case "putTimer":
        this.#timers.arm(change.timer, sender);
        this.queues.nudge(change.timer.instanceId, sender);
        return;
      case "dropTimersOf":
        for (const timer of change.timers) this.#timers.forget(timer);
    }
  }

  /** A fired timer is a message that stays recorded as a timer until it has been served. */
  #fire(timer: TimerRecord, sender: string | undefined): void {
    const { instanceId: target, executionId, timerId, fireAt } = timer;
    const fired = { TimerId: timerId, FireAt: toTimestamp(fireAt) };
    const event = eventAt(this.clock.now(), EventType.TimerFired, fired);
    this.queues.deliver({ seq: this.queues.nextSeq(), target, executionId, event, timer }, sender);
  }
}

/** A promise that never resolves, for a dead host. */
export function never(): Promise<never> {
  return new Promise(() => undefined);
}

export function eventAt(now: number, type: number, fields: Record<string, unknown>): HistoryEvent {
  return { EventType: type, ...fields, EventId: -1, IsPlayed: false, Timestamp: toTimestamp(now) };
}

export async function openTaskHub(options: TaskHubOptions): Promise<TaskHub> {
  const from = options.database ?? options.location;
  const store = from === undefined ? undefined : await openStore(from);
  const hub = new TaskHub(store, options);
  await hub.load();
  return hub;
}
