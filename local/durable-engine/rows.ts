import { isStepwise, type EngineFaults } from "./faults";
import { isLive, type InstanceRecord } from "./records";

/** The table of instance rows, where it differs from history; only faults make it differ. */
export class Rows {
  readonly #truth: ReadonlyMap<string, InstanceRecord>;
  readonly #faults: EngineFaults;
  readonly #later: (delayMs: number, then: () => void) => void;
  readonly #differing = new Map<string, InstanceRecord | undefined>();
  readonly #mayDiffer: boolean;

  constructor(
    truth: ReadonlyMap<string, InstanceRecord>,
    faults: EngineFaults,
    later: (delayMs: number, then: () => void) => void,
  ) {
    this.#truth = truth;
    this.#faults = faults;
    this.#later = later;
    this.#mayDiffer =
      isStepwise(faults) || faults.rowLagMs !== undefined || faults.stuckRunning !== undefined;
  }

  get(id: string): InstanceRecord | undefined {
    return this.#differing.has(id) ? this.#differing.get(id) : this.#truth.get(id);
  }

  *all(): Iterable<InstanceRecord> {
    for (const record of this.#truth.values()) {
      const row = this.get(record.id);
      if (row) yield row;
    }
  }

  /** Keeps the row as it is before history changes. */
  freeze(id: string): void {
    if (this.#mayDiffer && !this.#differing.has(id)) this.#differing.set(id, this.#truth.get(id));
  }

  write(record: InstanceRecord): void {
    if (!this.#mayDiffer) return;
    if (!isLive(record.status) && this.#faults.stuckRunning?.(record)) return;
    this.#later(this.#faults.rowLagMs?.(record) ?? 0, () => {
      const { id } = record;
      const truth = this.#truth.get(id);
      if (truth === record) this.#differing.delete(id);
      else if (truth) this.#differing.set(id, record);
    });
  }

  drop(id: string): void {
    this.#differing.delete(id);
  }

  clear(): void {
    this.#differing.clear();
  }
}
