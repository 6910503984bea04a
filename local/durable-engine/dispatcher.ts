import type { Host } from "./host";
import type { Lease } from "./queues";
import { isLive, type ActivityRecord } from "./records";
import { runActivity } from "./run-activity";
import { runEntity } from "./run-entity";
import { runOrchestrator } from "./run-orchestrator";
import type { HubSettings } from "./settings";
import type { Worker } from "./worker";

const EPISODES_AT_ONCE = 32;
const RETRY_MS = 1_000;

/**
 * Runs the work that a host takes from its hub: one item at a time per instance or entity, many side by side.
 * Activities have their own limit, so that an activity can wait for an entity.
 */
export class Dispatcher implements Worker {
  readonly #host: Host;
  /** Invocations that run code now. */
  readonly #running = { episodes: 0, activities: 0 };
  /** Work that has been taken and not stored yet, including its invocation. */
  #underWay = 0;
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(host: Host) {
    this.#host = host;
  }

  load(): { ready: number; running: number } {
    const { queues } = this.#host.hub;
    const ids = [...queues.ready(this.name)].filter((id) => this.#mayRun(id));
    const found = [...queues.workItems.found(this.name)].length;
    const free = this.#host.hub.settings.maxActivities - this.#running.activities;
    return { ready: ids.length + Math.min(found, free), running: this.#underWay };
  }

  get name(): string {
    return this.#host.name;
  }

  steal(id: string): void {
    if (!this.#stopped && this.#host.alive) void this.#serve(this.#host.hub.queues.lease(id, this));
  }

  startOne(): boolean {
    if (this.#stopped || !this.#host.alive) return false;
    const chosen = this.#host.hub.queues.isSteered ? this.#chosen() : this.#first();
    if (chosen === undefined) return false;
    if (typeof chosen === "string") this.#take(chosen);
    else void this.#perform(chosen);
    return true;
  }

  #take(id: string): void {
    const { queues, faults } = this.#host.hub;
    void this.#serve(queues.lease(id, this));
    const others = queues.workers.filter((worker) => worker !== this);
    for (const thief of others) if (faults.stealsLease?.(id, this.name, thief.name)) thief.steal(id);
  }

  #first(): string | ActivityRecord | undefined {
    const { queues, settings } = this.#host.hub;
    if (this.#running.episodes < EPISODES_AT_ONCE) {
      for (const id of queues.ready(this.name)) if (this.#mayRun(id)) return id;
    }
    if (this.#running.activities < settings.maxActivities)
      for (const activity of queues.workItems.found(this.name)) return activity;
    return undefined;
  }

  #chosen(): string | ActivityRecord | undefined {
    const { queues, settings } = this.#host.hub;
    const ids =
      this.#running.episodes < EPISODES_AT_ONCE
        ? [...queues.ready(this.name)].filter((id) => this.#mayRun(id))
        : [];
    const activities =
      this.#running.activities < settings.maxActivities ? [...queues.workItems.found(this.name)] : [];
    const things = [...ids, ...activities];
    return things[queues.choose(things.length)];
  }

  /** Stops taking work. Resolves when running work has ended or after `boundMs`; the rest runs at the next start. */
  async stop(boundMs: number): Promise<void> {
    this.#stopped = true;
    if (this.load().running === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, boundMs);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #mayRun(id: string): boolean {
    const instance = this.#host.hub.instances.get(id);
    return !instance || !isLive(instance.status) || isRunnable(this.#host.settings, instance.version);
  }

  async #serve(lease: Lease): Promise<void> {
    const { id, messages } = lease;
    const ended = this.#occupy("episodes");
    const run = id.startsWith("@") && !this.#host.hub.instances.has(id) ? runEntity : runOrchestrator;
    const done = await this.#guard(id, run(this.#host, id, messages, ended));
    ended();
    this.#underWay--;
    // Nothing was committed: the same messages are served again after a pause.
    if (this.#host.alive) this.#host.hub.queues.release(lease, done ? 0 : RETRY_MS);
    this.#next();
  }

  async #perform(activity: ActivityRecord): Promise<void> {
    this.#host.hub.queues.workItems.take(activity, this);
    const ended = this.#occupy("activities");
    const work = runActivity(this.#host, activity, ended);
    const done = await this.#guard(`activity ${activity.name}`, work);
    ended();
    this.#underWay--;
    // Its result was not stored: it is still recorded, so it runs again after a pause.
    if (this.#host.alive && !done) this.#host.hub.queues.returnActivity(activity, RETRY_MS, this.name);
    this.#next();
  }

  /** Occupies a slot for an invocation. The slot is free when the code has ended, before its outcome is stored. */
  #occupy(kind: "episodes" | "activities"): () => void {
    this.#underWay++;
    this.#running[kind]++;
    let isEnded = false;
    return () => {
      if (isEnded) return;
      isEnded = true;
      this.#running[kind]--;
      this.#host.hub.queues.wake();
    };
  }

  #next(): void {
    if (this.#underWay === 0) for (const idle of this.#idle.splice(0)) idle();
    this.#host.hub.queues.wake();
  }

  async #guard(what: string, work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (fault) {
      if (!this.#stopped && this.#host.alive)
        this.#host.log({ level: "error", message: `${what} could not be carried out: ${String(fault)}` });
      return false;
    }
  }
}

/** Whether this deployment may run instances of a version (host.json: versionMatchStrategy). */
function isRunnable(settings: HubSettings, version: string | null): boolean {
  if (
    settings.versionMatchStrategy === "None" ||
    version === null ||
    settings.versionFailureStrategy === "Fail"
  )
    return true;
  if (settings.versionMatchStrategy === "Strict") return version === settings.defaultVersion;
  return compareVersions(version, settings.defaultVersion ?? "") <= 0;
}

function compareVersions(a: string, b: string): number {
  const [x, y] = [a.split("."), b.split(".")];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = Number(x[i] ?? 0) - Number(y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
