import type { EngineClock } from "./contract";
import type { Recovery } from "./recovery";

interface Partition {
  readonly n: number;
  owner: string | undefined;
  /** The previous owner: the same name may have it back at once. */
  last: string | undefined;
  /** When others may have it. */
  freeAt: number;
}

/**
 * Assigns each control queue to one host, evenly among those that run durable functions. A hash of their ids
 * distributes instances and entities over the queues.
 */
export class Partitions {
  readonly #clock: EngineClock;
  readonly #recovery: Recovery;
  readonly #taken: (partition: number) => void;
  readonly #partitions: readonly Partition[];
  readonly #members = new Set<string>();
  readonly #cancels = new Set<() => void>();
  #isHandingOver = false;

  /** `taken` is called for every partition with a new owner. */
  constructor(count: number, clock: EngineClock, recovery: Recovery, taken: (partition: number) => void) {
    this.#clock = clock;
    this.#recovery = recovery;
    this.#taken = taken;
    const unowned = { owner: undefined, last: undefined, freeAt: 0 };
    this.#partitions = Array.from({ length: count }, (_, n) => ({ n, ...unowned }));
  }

  /** The partition of an instance or entity. */
  of(id: string): number {
    return this.#partitions.length === 1 ? 0 : fnv1a(id) % this.#partitions.length;
  }

  owner(partition: number): string | undefined {
    return this.#partitions[partition]?.owner;
  }

  ownedBy(host: string): readonly number[] {
    return this.#of(host).map(({ n }) => n);
  }

  join(host: string): void {
    this.#members.add(host);
    this.#share();
  }

  /** Removes a host that was killed or stopped. */
  leave(host: string, how: "killed" | "stopped"): void {
    this.#members.delete(host);
    const afterMs = how === "killed" ? this.#recovery.killedMs() : this.#recovery.handedOverMs();
    const freeAt = this.#clock.now() + afterMs;
    for (const partition of this.#of(host))
      Object.assign(partition, { owner: undefined, last: host, freeAt });
    this.#share();
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #of(host: string): readonly Partition[] {
    return this.#partitions.filter(({ owner }) => owner === host);
  }

  #share(): void {
    const now = this.#clock.now();
    for (const partition of this.#partitions) {
      const { poorest } = this.#loads();
      if (!poorest) return;
      if (partition.owner !== undefined) continue;
      if (partition.last !== undefined && this.#members.has(partition.last))
        this.#give(partition, partition.last);
      else if (partition.freeAt <= now) this.#give(partition, poorest);
      else
        this.#at(partition.freeAt, () => {
          this.#share();
        });
    }
    if (this.#loads().surplus === undefined || this.#isHandingOver) return;
    this.#isHandingOver = true;
    this.#at(now + this.#recovery.handedOverMs(), () => {
      this.#isHandingOver = false;
      this.#level();
      this.#share();
    });
  }

  /** Moves partitions from hosts above their share to hosts below it. */
  #level(): void {
    for (;;) {
      const { surplus, poorest } = this.#loads();
      if (!surplus || !poorest) return;
      this.#give(surplus, poorest);
    }
  }

  /** The host with the fewest partitions, and a partition that it should receive from the host with the most. */
  #loads(): { readonly poorest: string | undefined; readonly surplus: Partition | undefined } {
    const loads = [...this.#members].map((host) => ({ host, has: this.#of(host) }));
    const [least, ...more] = loads.sort((a, b) => a.has.length - b.has.length);
    const most = more.at(-1)?.has ?? [];
    const isUneven = least !== undefined && most.length - least.has.length > 1;
    return { poorest: least?.host, surplus: isUneven ? most.at(-1) : undefined };
  }

  #give(partition: Partition, host: string): void {
    partition.owner = host;
    this.#taken(partition.n);
  }

  #at(time: number, act: () => void): void {
    const cancel = this.#clock.setTimer(time, () => {
      this.#cancels.delete(cancel);
      act();
    });
    this.#cancels.add(cancel);
  }
}

/** The provider's hash, over UTF-8. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
