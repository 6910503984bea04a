import type { HistoryEvent } from "./history";
import { isLive, type InstanceRecord } from "./records";
import type { Store } from "./store";

/** How many events of stored histories stay in memory, so that an episode rarely reads its past from disk. */
const EVENTS_KEPT = 20_000;

/** The histories of all instances: in memory, or on disk with the most recent ones also in memory. */
export class Histories {
  readonly #store: Pick<Store, "history"> | undefined;
  readonly #known = new Map<string, HistoryEvent[]>();
  #events = 0;

  constructor(store: Pick<Store, "history"> | undefined) {
    this.#store = store;
  }

  /** Keeps what was read from disk only if the instance did not change meanwhile. */
  async of(id: string, instances: ReadonlyMap<string, InstanceRecord>): Promise<readonly HistoryEvent[]> {
    const known = this.#known.get(id);
    if (known || !this.#store) return known ?? [];
    const was = instances.get(id);
    const read = await this.#store.history(id);
    if (was && isLive(was.status) && instances.get(id) === was && !this.#known.has(id)) this.#keep(id, read);
    return read;
  }

  /** Adds one episode. A stored history is in memory from its first episode on. */
  append({ id, episodes }: InstanceRecord, events: readonly HistoryEvent[]): void {
    const known = this.#known.get(id) ?? (episodes === 0 || !this.#store ? [] : undefined);
    if (!known) return;
    this.drop(id);
    known.push(...events);
    this.#keep(id, known);
  }

  /** Marks it as the most recent one. */
  #keep(id: string, events: HistoryEvent[]): void {
    this.#known.set(id, events);
    this.#events += events.length;
    if (!this.#store) return;
    for (const oldest of this.#known.keys()) {
      if (this.#events <= EVENTS_KEPT) break;
      this.drop(oldest);
    }
  }

  /** The history of a finished instance is rarely read again: from disk if there is a store. */
  release(id: string): void {
    if (this.#store) this.drop(id);
  }

  drop(id: string): void {
    this.#events -= this.#known.get(id)?.length ?? 0;
    this.#known.delete(id);
  }

  clear(): void {
    this.#known.clear();
    this.#events = 0;
  }
}
