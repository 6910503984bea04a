import type { EngineClock } from "./contract";
import { ControlQueue } from "./control-queue";
import { Partitions } from "./partitions";
import type { Recovery } from "./recovery";
import type { ActivityRecord, Message } from "./records";
import type { HubSettings } from "./settings";
import { WorkItems } from "./work-items";
import type { Worker } from "./worker";

/** An inbox that a worker holds, as it was when it was taken. */
export interface Lease {
  readonly id: string;
  readonly worker: Worker;
  readonly messages: readonly Message[];
}

/**
 * The queues of a hub: control queues, whose owner sorts messages into one inbox per instance or entity, and one
 * queue of activities. Taken items stay until they are dropped; released ones are ready again.
 */
export class Queues {
  readonly partitions: Partitions;
  readonly workItems: WorkItems;
  readonly #clock: EngineClock;
  readonly #recovery: Recovery;
  readonly #pick: ((n: number) => number) | undefined;
  readonly #control: readonly ControlQueue[];
  readonly #inboxes = new Map<string, Message[]>();
  readonly #ready = new Set<string>();
  readonly #leases = new Map<string, Set<Lease>>();
  /** Messages that were served while hidden from their owner. */
  readonly #gone = new WeakSet<Message>();
  readonly #workers: Worker[] = [];
  #lastSeq = 0;
  #waking = false;
  #held = 0;
  #epoch = 0;

  constructor(
    clock: EngineClock,
    { partitionCount, maxPollingMs }: HubSettings,
    recovery: Recovery,
    pick: ((n: number) => number) | undefined,
  ) {
    this.#clock = clock;
    this.#recovery = recovery;
    this.#pick = pick;
    const found = (messages: readonly Message[]) => {
      for (const message of messages) this.#sortIn(message);
    };
    this.#control = Array.from(
      { length: partitionCount },
      () => new ControlQueue(clock, maxPollingMs, found),
    );
    this.partitions = new Partitions(partitionCount, clock, recovery, (n) => {
      this.#control[n]?.own(true);
      this.wake();
    });
    this.workItems = new WorkItems(clock, maxPollingMs, () => {
      this.wake();
    });
  }

  /** Inboxes that this host may serve and no worker holds, in the order in which they became ready. */
  *ready(host: string): Iterable<string> {
    for (const id of this.#ready) if (this.#ownerOf(id) === host) yield id;
  }
  get workers(): readonly Worker[] {
    return this.#workers;
  }
  nextSeq(): number {
    return ++this.#lastSeq;
  }

  /** Selects one of `n` ready items: the first, unless there is a `pick`. */
  choose(n: number): number {
    return this.#pick && n > 1 ? this.#pick(n) : 0;
  }
  get isSteered(): boolean {
    return this.#pick !== undefined;
  }

  join(worker: Worker): void {
    if (this.#workers.some(({ name }) => name === worker.name))
      throw new Error(`a host named "${worker.name}" runs on this hub already`);
    this.#workers.push(worker);
    this.partitions.join(worker.name);
    this.workItems.join(worker);
    this.wake();
  }

  /**
   * Removes a worker. Others can see the items that it had taken or found: at once after an orderly stop, after the
   * provider's visibility timeout when it was killed.
   */
  leave(worker: Worker, how: "killed" | "stopped"): void {
    const at = this.#workers.indexOf(worker);
    if (at >= 0) this.#workers.splice(at, 1);
    const { messagesMs, activitiesMs } = this.#recovery;
    for (const lease of [...this.#leases.values()].flatMap((leases) => [...leases]))
      if (lease.worker === worker) this.#end(lease);
    const left = new Set(this.partitions.ownedBy(worker.name));
    for (const n of left) this.#control[n]?.own(false);
    if (how === "killed") this.#hide(left, messagesMs);
    this.partitions.leave(worker.name, how);
    for (const activity of this.workItems.leave(worker))
      this.returnActivity(activity, how === "killed" ? activitiesMs : 0);
    this.wake();
  }

  /** A message becomes visible; wakes the sender's poller if the sender owns the queue. */
  deliver(message: Message, sender?: string): void {
    this.#lastSeq = Math.max(this.#lastSeq, message.seq);
    const partition = this.partitions.of(message.target);
    const wakes = sender !== undefined && this.partitions.owner(partition) === sender;
    this.#control[partition]?.add(message, wakes);
  }

  /** A host has sent a message that is still hidden: wakes its own poller. */
  nudge(id: string, sender: string | undefined): void {
    if (sender !== undefined && this.#ownerOf(id) === sender) this.#control[this.partitions.of(id)]?.poll();
  }

  /** Takes an inbox; others cannot take it until it is released. */
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
      this.#end(lease);
      this.wake();
    });
  }

  /** Puts a message back, hidden for 1 s and twice as long each time, at most 10 minutes, as the provider does. */
  defer(message: Message): void {
    this.drop([message]);
    const deferred = message.deferred ?? 0;
    const again = { ...message, deferred: deferred + 1 };
    this.later(Math.min(1_000 * 2 ** deferred, 600_000), () => {
      this.deliver(again);
    });
  }

  drop(messages: readonly Message[]): void {
    for (const message of messages) this.#gone.add(message);
    for (const { target } of messages) {
      const left = this.#inboxes.get(target)?.filter((message) => !this.#gone.has(message)) ?? [];
      this.#keep(target, left);
    }
  }

  offer(activity: ActivityRecord, sender?: string): void {
    this.#lastSeq = Math.max(this.#lastSeq, activity.seq);
    this.workItems.offer(activity, sender);
  }

  /** Puts back an activity that was taken and not done. The host that puts it back polls when it is visible. */
  returnActivity(activity: ActivityRecord, delayMs: number, holder?: string): void {
    this.later(delayMs, () => {
      if (this.workItems.giveBack(activity)) this.offer(activity, holder);
    });
  }

  clear(): void {
    this.#epoch++;
    this.#inboxes.clear();
    this.#ready.clear();
    this.#leases.clear();
    for (const queue of this.#control) queue.clear();
    this.workItems.clear();
  }

  /** Stops polling. */
  close(): void {
    this.partitions.close();
    for (const queue of this.#control) queue.own(false);
    this.workItems.close();
  }

  /** Stops workers from taking work between two quick steps of a commit. */
  hold(): void {
    this.#held++;
  }
  free(): void {
    this.#held--;
    this.wake();
  }

  /** Makes workers take work, after the current event. */
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

  /** Runs an action after a delay, unless the hub has been cleared meanwhile. */
  later(delayMs: number, then: () => void): void {
    const epoch = this.#epoch;
    if (delayMs <= 0) then();
    else
      this.#clock.setTimer(this.#clock.now() + delayMs, () => {
        if (epoch === this.#epoch) then();
      });
  }

  #ownerOf(id: string): string | undefined {
    return this.partitions.owner(this.partitions.of(id));
  }

  #sortIn(message: Message): void {
    const { target } = message;
    if (this.#gone.has(message)) return;
    const inbox = this.#inboxes.get(target);
    if (inbox) inbox.push(message);
    else this.#inboxes.set(target, [message]);
    if (!this.#leases.has(target)) this.#ready.add(target);
    this.wake();
  }

  #end(lease: Lease): void {
    const { id } = lease;
    const leases = this.#leases.get(id);
    if (!leases?.delete(lease) || leases.size > 0) return;
    this.#leases.delete(id);
    if (this.#inboxes.has(id)) this.#ready.add(id);
  }

  #keep(target: string, left: Message[]): void {
    if (left.length > 0) this.#inboxes.set(target, left);
    else {
      this.#inboxes.delete(target);
      this.#ready.delete(target);
    }
  }

  /** Messages that a killed host had found are invisible until their timeout ends. */
  #hide(partitions: ReadonlySet<number>, forMs: number): void {
    const hidden: Message[] = [];
    for (const [target, inbox] of [...this.#inboxes]) {
      if (!partitions.has(this.partitions.of(target))) continue;
      hidden.push(...inbox);
      this.#keep(target, []);
    }
    if (hidden.length === 0) return;
    this.later(forMs, () => {
      for (const message of hidden) if (!this.#gone.has(message)) this.deliver(message);
    });
  }
}
