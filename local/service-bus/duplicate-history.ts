import type { Journal, Seen } from "./journal";

/**
 * The message ids that an entity has seen within its window. Duplicates are accepted and dropped; scheduled messages
 * count.
 */
export class DuplicateHistory {
  readonly #path: string;
  readonly #windowMs: number | undefined;
  readonly #journal: Journal;
  #seen = new Map<string, Seen>();

  constructor(path: string, windowMs: number | undefined, journal: Journal) {
    this.#path = path;
    this.#windowMs = windowMs;
    this.#journal = journal;
  }

  load(seen: ReadonlyMap<string, Seen>): void {
    this.#seen = new Map([...seen].sort(([, a], [, b]) => a.until - b.until));
  }

  /** The number of the first message with this id within the window. */
  find(id: string, now: number): number | undefined {
    if (this.#windowMs === undefined) return undefined;
    for (const [old, { until }] of this.#seen) {
      // The entries are in the order in which they expire.
      if (until > now) break;
      this.#seen.delete(old);
      this.#journal.dropSeen(this.#path, old);
    }
    return this.#seen.get(id)?.seq;
  }

  remember(id: string, seq: number, now: number): void {
    if (this.#windowMs === undefined) return;
    const seen = { until: now + this.#windowMs, seq };
    this.#seen.set(id, seen);
    this.#journal.putSeen(this.#path, id, seen);
  }
}
