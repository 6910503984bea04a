import type { EngineClock } from "./contract";
import type { ActivityRecord, Message } from "./records";

/** A host as its queues see it. */
export interface Worker {
  readonly name: string;
  /** Serves an inbox that another worker has taken. */
  steal(id: string): void;
  /** Takes one ready thing and starts on it; false when there is nothing it may or can take. */
  startOne(): boolean;
}

/** An inbox in the hands of a worker, as it was when it was taken. */
export interface Lease {
  readonly id: string;
  readonly worker: Worker;
  readonly messages: readonly Message[];
}

/**
 * The queues of a hub: one inbox per instance or entity, served by one worker at a time, and one queue of activities.
 * What is taken stays where it is until it is dropped; released without, it is ready again.
 */
export class Queues {
  readonly #clock: EngineClock;
  readonly #pick: ((n: number) => number) | undefined;
  readonly #inboxes = new Map<string, Message[]>();
  readonly #ready = new Set<string>();
  readonly #leases = new Map<string, Set<Lease>>();
  readonly #offered = new Set<ActivityRecord>();
  readonly #taken = new Map<ActivityRecord, Worker>();
  readonly #workers: Worker[] = [];
  #lastSeq = 0;
  #waking = false;
  #held = 0;
  #epoch = 0;

  constructor(clock: EngineClock, pick: ((n: number) => number) | undefined) {
    this.#clock = clock;
    this.#pick = pick;
  }

  /** Inboxes that nobody serves, in the order in which they became ready. */
  get ready(): Iterable<string> {
    return this.#ready;
  }
  get activities(): ReadonlySet<ActivityRecord> {
    return this.#offered;
  }
  get workers(): readonly Worker[] {
    return this.#workers;
  }
  nextSeq(): number {
    return ++this.#lastSeq;
  }

  /** One of `n` things that are ready: the first, unless somebody chooses. */
  choose(n: number): number {
    return this.#pick && n > 1 ? this.#pick(n) : 0;
  }
  get isSteered(): boolean {
    return this.#pick !== undefined;
  }

  join(worker: Worker): void {
    this.#workers.push(worker);
    this.wake();
  }

  /** A worker leaves; what it had taken is ready again after the delay. */
  leave(worker: Worker, delayMs: number): void {
    const at = this.#workers.indexOf(worker);
    if (at >= 0) this.#workers.splice(at, 1);
    for (const lease of [...this.#leases.values()].flatMap((leases) => [...leases]))
      if (lease.worker === worker) this.release(lease, delayMs);
    for (const [activity, holder] of this.#taken) {
      if (holder === worker) this.returnActivity(activity, delayMs);
    }
  }

  deliver(message: Message): void {
    this.#lastSeq = Math.max(this.#lastSeq, message.seq);
    const inbox = this.#inboxes.get(message.target);
    if (inbox) inbox.push(message);
    else this.#inboxes.set(message.target, [message]);
    if (!this.#leases.has(message.target)) this.#ready.add(message.target);
    this.wake();
  }

  /** Takes an inbox: nobody else is offered it until it is released. */
  lease(id: string, worker: Worker): Lease {
    this.#ready.delete(id);
    const lease = { id, worker, messages: [...(this.#inboxes.get(id) ?? [])] };
    const leases = this.#leases.get(id);
    if (leases) leases.add(lease);
    else this.#leases.set(id, new Set([lease]));
    return lease;
  }

  release(lease: Lease, delayMs: number): void {
    this.later(delayMs, () => {
      const { id } = lease;
      const leases = this.#leases.get(id);
      if (!leases?.delete(lease) || leases.size > 0) return;
      this.#leases.delete(id);
      if (this.#inboxes.has(id)) this.#ready.add(id);
      this.wake();
    });
  }

  /** Puts a message back, out of sight for 1 s and twice as long each time, at most 10 minutes as the provider does. */
  defer(message: Message): void {
    this.drop([message]);
    const deferred = message.deferred ?? 0;
    const again = { ...message, deferred: deferred + 1 };
    this.later(Math.min(1_000 * 2 ** deferred, 600_000), () => {
      this.deliver(again);
    });
  }

  drop(messages: readonly Message[]): void {
    const gone = new Set(messages);
    for (const { target } of messages) {
      const left = this.#inboxes.get(target)?.filter((message) => !gone.has(message)) ?? [];
      if (left.length > 0) this.#inboxes.set(target, left);
      else {
        this.#inboxes.delete(target);
        this.#ready.delete(target);
      }
    }
  }

  offer(activity: ActivityRecord): void {
    this.#lastSeq = Math.max(this.#lastSeq, activity.seq);
    this.#offered.add(activity);
    this.wake();
  }

  takeActivity(activity: ActivityRecord, worker: Worker): void {
    this.#offered.delete(activity);
    this.#taken.set(activity, worker);
  }

  returnActivity(activity: ActivityRecord, delayMs: number): void {
    this.later(delayMs, () => {
      if (this.#taken.delete(activity)) this.offer(activity);
    });
  }

  dropActivity(activity: ActivityRecord): void {
    this.#offered.delete(activity);
    this.#taken.delete(activity);
  }

  clear(): void {
    this.#epoch++;
    this.#inboxes.clear();
    this.#ready.clear();
    this.#leases.clear();
    this.#offered.clear();
    this.#taken.clear();
  }

  /** Between the steps of a commit that nothing holds up nobody looks for work: they are quick. */
  hold(): void {
    this.#held++;
  }
  free(): void {
    this.#held--;
    this.wake();
  }

  /** Has the workers look for work, once what is happening now has happened. */
  wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    queueMicrotask(() => {
      this.#waking = false;
      if (this.#held > 0) return;
      const workers = [...this.#workers];
      const first = this.choose(workers.length);
      let eager = [...workers.slice(first), ...workers.slice(0, first)];
      while (eager.length > 0) eager = eager.filter((worker) => worker.startOne());
    });
  }

  /** Does something after a delay, unless the hub has been cleared meanwhile. */
  later(delayMs: number, then: () => void): void {
    const epoch = this.#epoch;
    if (delayMs <= 0) then();
    else
      this.#clock.setTimer(this.#clock.now() + delayMs, () => {
        if (epoch === this.#epoch) then();
      });
  }
}
