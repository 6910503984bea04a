import type { EngineApp } from "./contract";
import type { Hub } from "./hub";
import { isLive, type ActivityRecord, type Message } from "./records";
import { runActivity } from "./run-activity";
import { runEntity } from "./run-entity";
import { runOrchestrator } from "./run-orchestrator";

const EPISODES_AT_ONCE = 32;
const RETRY_MS = 1_000;

/**
 * Drives the hub: one instance or entity at a time each, many beside each other, activities with their own limit, so
 * that an activity may wait for an entity.
 */
export class Dispatcher {
  readonly #hub: Hub;
  readonly #app: EngineApp;
  readonly #busy = new Set<string>();
  readonly #resting = new Set<string>();
  #activities = 0;
  #stopped = false;
  #idle: (() => void)[] = [];

  constructor(hub: Hub, app: EngineApp) {
    this.#hub = hub;
    this.#app = app;
  }

  load(): { ready: number; running: number } {
    const ready = [...this.#hub.inboxes.keys()].filter((id) => this.#mayRun(id)).length;
    return { ready: ready + this.#hub.activities.length, running: this.#busy.size + this.#activities };
  }

  /** Starts whatever can run now. */
  pump(): void {
    if (this.#stopped) return;
    for (const id of this.#hub.inboxes.keys()) {
      if (this.#busy.size >= EPISODES_AT_ONCE) break;
      if (this.#mayRun(id)) void this.#serve(id);
    }
    while (this.#activities < this.#hub.settings.maxActivities) {
      const activity = this.#hub.activities.shift();
      if (!activity) break;
      this.#activities++;
      void this.#guard(`activity ${activity.name}`, runActivity(this.#hub, this.#app, activity)).then(
        (done) => {
          this.#activities--;
          if (!done) this.#runAgain(activity);
          this.#next();
        },
      );
    }
  }

  /** No new work; resolves when running work has ended or the bound has passed. What is left runs at the next start. */
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

  #next(): void {
    if (this.#busy.size + this.#activities === 0) for (const idle of this.#idle.splice(0)) idle();
    this.pump();
  }

  #mayRun(id: string): boolean {
    if (this.#busy.has(id) || this.#resting.has(id)) return false;
    const instance = this.#hub.instances.get(id);
    return !instance || !isLive(instance.status) || isRunnable(this.#hub, instance.version);
  }

  async #serve(id: string): Promise<void> {
    const messages = this.#hub.inboxes.get(id) ?? [];
    this.#hub.inboxes.delete(id);
    this.#busy.add(id);
    const run = id.startsWith("@") && !this.#hub.instances.has(id) ? runEntity : runOrchestrator;
    const done = await this.#guard(id, run(this.#hub, this.#app, id, messages));
    if (!done) this.#putBack(id, messages);
    this.#busy.delete(id);
    this.#next();
  }

  /** Nothing was committed: the same messages are served again after a rest. */
  #putBack(id: string, messages: Message[]): void {
    this.#hub.inboxes.set(id, [...messages, ...(this.#hub.inboxes.get(id) ?? [])]);
    this.#resting.add(id);
    this.#hub.clock.setTimer(this.#hub.clock.now() + RETRY_MS, () => {
      this.#resting.delete(id);
      this.pump();
    });
  }

  /** Its result was not stored: it is still on record, so it runs again after a rest. */
  #runAgain(activity: ActivityRecord): void {
    this.#hub.clock.setTimer(this.#hub.clock.now() + RETRY_MS, () => {
      this.#hub.activities.push(activity);
      this.pump();
    });
  }

  async #guard(what: string, work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (fault) {
      if (!this.#stopped)
        this.#hub.log({ level: "error", message: `${what} could not be carried out: ${String(fault)}` });
      return false;
    }
  }
}

/** Whether this deployment may run instances of a version (host.json: versionMatchStrategy). */
function isRunnable({ settings }: Hub, version: string | null): boolean {
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
