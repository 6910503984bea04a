import type { EngineClock } from "./contract";
import { Poller } from "./poller";
import type { Worker } from "./worker";
import type { ActivityRecord } from "./records";

/** One host that polls the work-item queue. */
interface Polling {
  readonly poller: Poller;
  /** Whether its last poll found something, so that it continues to take. */
  isAwake: boolean;
  cancelPoll: (() => void) | undefined;
}

/** The work-item queue: every host that runs durable functions polls it, and the first to poll takes. */
export class WorkItems {
  readonly #clock: EngineClock;
  readonly #longestRestMs: number;
  readonly #wake: () => void;
  readonly #offered = new Set<ActivityRecord>();
  readonly #taken = new Map<ActivityRecord, Worker>();
  readonly #pollings = new Map<string, Polling>();

  /** `wake` is called when a poll has found something. */
  constructor(clock: EngineClock, longestRestMs: number, wake: () => void) {
    this.#clock = clock;
    this.#longestRestMs = longestRestMs;
    this.#wake = wake;
  }

  join(worker: Worker): void {
    const poller = new Poller(this.#longestRestMs, this.#clock.now());
    // The first poll is immediate.
    this.#pollings.set(worker.name, { poller, isAwake: this.#offered.size > 0, cancelPoll: undefined });
  }

  /** Removes a worker; returns its activities. */
  leave(worker: Worker): readonly ActivityRecord[] {
    this.#pollings.get(worker.name)?.cancelPoll?.();
    this.#pollings.delete(worker.name);
    return [...this.#taken].flatMap(([activity, holder]) => (holder === worker ? [activity] : []));
  }

  /** Activities that this host has found and nobody has taken yet. */
  found(host: string): Iterable<ActivityRecord> {
    return this.#pollings.get(host)?.isAwake ? this.#offered : [];
  }

  /** Adds an activity: its sender polls at once, the others at their next poll. */
  offer(activity: ActivityRecord, sender: string | undefined): void {
    this.#offered.add(activity);
    for (const [host, polling] of this.#pollings) {
      if (host === sender) this.#find(polling);
      else this.#pollLater(polling);
    }
  }

  take(activity: ActivityRecord, worker: Worker): void {
    this.#remove(activity);
    this.#taken.set(activity, worker);
    const polling = this.#pollings.get(worker.name);
    polling?.poller.reset(this.#clock.now());
  }

  /** Puts back a taken activity; false when it is not taken any more. */
  giveBack(activity: ActivityRecord): boolean {
    return this.#taken.delete(activity);
  }

  drop(activity: ActivityRecord): void {
    this.#remove(activity);
    this.#taken.delete(activity);
  }

  clear(): void {
    this.#offered.clear();
    this.#taken.clear();
    this.#rest();
  }

  close(): void {
    this.#rest();
  }

  #remove(activity: ActivityRecord): void {
    this.#offered.delete(activity);
    if (this.#offered.size === 0) this.#rest();
  }

  /** Stops polling when the queue is empty. */
  #rest(): void {
    for (const polling of this.#pollings.values()) {
      polling.isAwake = false;
      polling.cancelPoll?.();
      polling.cancelPoll = undefined;
    }
  }

  #find(polling: Polling): void {
    polling.poller.reset(this.#clock.now());
    polling.isAwake = true;
    polling.cancelPoll?.();
    polling.cancelPoll = undefined;
    this.#wake();
  }

  #pollLater(polling: Polling): void {
    if (polling.isAwake || polling.cancelPoll) return;
    const at = polling.poller.nextPoll(this.#clock.now());
    polling.cancelPoll = this.#clock.setTimer(at, () => {
      this.#find(polling);
    });
  }
}
