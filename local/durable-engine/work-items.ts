import type { EngineClock } from "./contract";
import { Poller } from "./poller";
import type { Worker } from "./worker";
import type { ActivityRecord } from "./records";

/** One host at the work-item queue. */
interface Lookout {
  readonly poller: Poller;
  /** Whether its last look found something, so that it goes on taking. */
  isAwake: boolean;
  cancelLook: (() => void) | undefined;
}

/** The work-item queue: every host that runs durable functions polls it, and whoever looks first takes. */
export class WorkItems {
  readonly #clock: EngineClock;
  readonly #longestRestMs: number;
  readonly #wake: () => void;
  readonly #offered = new Set<ActivityRecord>();
  readonly #taken = new Map<ActivityRecord, Worker>();
  readonly #lookouts = new Map<string, Lookout>();

  /** `wake` is called when a look has found something. */
  constructor(clock: EngineClock, longestRestMs: number, wake: () => void) {
    this.#clock = clock;
    this.#longestRestMs = longestRestMs;
    this.#wake = wake;
  }

  join(worker: Worker): void {
    const poller = new Poller(this.#longestRestMs, this.#clock.now());
    // The first look is at once.
    this.#lookouts.set(worker.name, { poller, isAwake: this.#offered.size > 0, cancelLook: undefined });
  }

  /** A worker leaves; answers with what it had taken. */
  leave(worker: Worker): readonly ActivityRecord[] {
    this.#lookouts.get(worker.name)?.cancelLook?.();
    this.#lookouts.delete(worker.name);
    return [...this.#taken].flatMap(([activity, holder]) => (holder === worker ? [activity] : []));
  }

  /** Activities that this host has found and nobody has taken yet. */
  found(host: string): Iterable<ActivityRecord> {
    return this.#lookouts.get(host)?.isAwake ? this.#offered : [];
  }

  /** Something is in the queue: its sender looks at once, the others when they would have looked anyway. */
  offer(activity: ActivityRecord, sender: string | undefined): void {
    this.#offered.add(activity);
    for (const [host, lookout] of this.#lookouts) {
      if (host === sender) this.#find(lookout);
      else this.#lookLater(lookout);
    }
  }

  take(activity: ActivityRecord, worker: Worker): void {
    this.#remove(activity);
    this.#taken.set(activity, worker);
    const lookout = this.#lookouts.get(worker.name);
    lookout?.poller.reset(this.#clock.now());
  }

  /** Puts back what was taken; false when it is not taken any more. */
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

  /** The queue is empty: nobody has anything to look for. */
  #rest(): void {
    for (const lookout of this.#lookouts.values()) {
      lookout.isAwake = false;
      lookout.cancelLook?.();
      lookout.cancelLook = undefined;
    }
  }

  #find(lookout: Lookout): void {
    lookout.poller.reset(this.#clock.now());
    lookout.isAwake = true;
    lookout.cancelLook?.();
    lookout.cancelLook = undefined;
    this.#wake();
  }

  #lookLater(lookout: Lookout): void {
    if (lookout.isAwake || lookout.cancelLook) return;
    const at = lookout.poller.nextLook(this.#clock.now());
    lookout.cancelLook = this.#clock.setTimer(at, () => {
      this.#find(lookout);
    });
  }
}
