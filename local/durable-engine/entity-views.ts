import type { EngineClock } from "./contract";
import type { EngineFaults } from "./faults";
import type { EntityRecord } from "./records";

/** The state that clients still read, until the next one becomes visible. */
interface View {
  shown: EntityRecord | undefined;
  readonly written: { readonly record: EntityRecord; readonly from: number }[];
}

/** Entities as clients read them. Only a fault makes them differ from the committed state, and never out of order. */
export class EntityViews {
  readonly #truth: ReadonlyMap<string, EntityRecord>;
  readonly #clock: EngineClock;
  readonly #faults: EngineFaults;
  readonly #views = new Map<string, View>();

  constructor(truth: ReadonlyMap<string, EntityRecord>, clock: EngineClock, faults: EngineFaults) {
    this.#truth = truth;
    this.#clock = clock;
    this.#faults = faults;
  }

  get(id: string): EntityRecord | undefined {
    const view = this.#views.get(id);
    if (!view) return this.#truth.get(id);
    const now = this.#clock.now();
    while (view.written[0] && view.written[0].from <= now) view.shown = view.written.shift()?.record;
    if (view.written.length === 0) this.#views.delete(id);
    return view.shown;
  }

  *all(): Iterable<EntityRecord> {
    for (const id of this.#truth.keys()) {
      const record = this.get(id);
      if (record) yield record;
    }
  }

  /** Keeps the current record visible before a new one replaces it. */
  write(record: EntityRecord): void {
    const lag = this.#faults.entityReadLagMs?.(record) ?? 0;
    const { id } = record;
    const shown = this.get(id);
    const view = this.#views.get(id) ?? { shown, written: [] };
    const from = Math.max(this.#clock.now() + lag, view.written.at(-1)?.from ?? 0);
    if (from <= this.#clock.now()) return;
    view.written.push({ record, from });
    this.#views.set(id, view);
  }

  drop(id: string): void {
    this.#views.delete(id);
  }

  clear(): void {
    this.#views.clear();
  }
}
