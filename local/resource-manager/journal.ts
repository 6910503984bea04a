import { join } from "node:path";
import { damage, nodeDisk, writeAll, writing, type Disk } from "./disk";
import type { Readiness } from "./instances";
import { RecordFile, sealed, unsealed } from "./record-file";
import type { WorldState } from "./state";

/** One call of Resource Manager; `effect` is "swapped" when it exchanged the slots, at `effectAt`. */
interface JournalEntry {
  readonly at: string;
  readonly method: string;
  readonly url: string;
  /** null: the caller got no status. */
  status: number | null;
  /** When the reply or the broken connection reached the caller; absent if never. */
  answeredAt?: string;
  effect: string | null;
  effectAt?: string;
  /** For a write: both services of the pair when it was sent, by name. */
  ready?: Readonly<Record<string, Readiness>>;
}

/** An exchange of the slots of a pair. */
export interface Effect {
  readonly at: string;
  readonly cause: "PUT" | "POST" | "by-hand";
  /** Number of the journal entry of its cause. */
  readonly entry?: number;
  /** The service in production afterwards; undefined when no slot is known. */
  readonly production: string | undefined;
  /** Both services immediately before. */
  readonly ready: Readonly<Record<string, Readiness>>;
}

const FORMAT = 4;
const STATE = "state.json";
const JOURNAL = "journal.jsonl";

/**
 * The journal of calls and effects, and the state. On disk before a write is answered or takes effect: a failed write
 * throws a DiskFault and is undone.
 */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly effects: Effect[] = [];
  readonly #disk: Disk;
  readonly #file: RecordFile | undefined;
  readonly #folder: string | undefined;

  constructor(dataDirectory: string | undefined, disk: Disk = nodeDisk) {
    this.#disk = disk;
    if (dataDirectory === undefined) return;
    disk.mkdir(dataDirectory);
    this.#folder = dataDirectory;
    this.#file = new RecordFile(join(dataDirectory, JOURNAL), disk, (record) => {
      const { n, e, ...rest } = record as { n?: number; e?: number };
      if (n !== undefined) this.entries[n] = rest as JournalEntry;
      else if (e !== undefined) this.effects[e] = rest as Effect;
    });
  }

  add(method: string, url: string, at: number, ready?: Readonly<Record<string, Readiness>>): number {
    const n = this.entries.length;
    const entry: JournalEntry = { at: iso(at), method, url, status: null, effect: null };
    if (ready) entry.ready = ready;
    if (this.#file) this.#file.append({ n, ...entry }, method !== "GET");
    this.entries.push(entry);
    return n;
  }

  answered(n: number, status: number | null, at: number): void {
    const entry = this.entries[n];
    if (!entry) return;
    const answeredAt = iso(at);
    if (this.#file) this.#file.append({ n, ...entry, status, answeredAt }, entry.method !== "GET");
    entry.status = status;
    entry.answeredAt = answeredAt;
  }

  /** Written before the state that includes it: `loadState` undoes an effect that the state does not count. */
  tookEffect(effect: Omit<Effect, "at">, at: number): void {
    const whole = { at: iso(at), ...effect };
    if (this.#file) this.#file.append({ e: this.effects.length, ...whole }, true);
    this.effects.push(whole);
    this.#markEffect(whole, "swapped");
  }

  /** Undoes the newest effect, whose state could not be saved. */
  withdrawEffect(): void {
    const effect = this.effects.pop();
    if (effect) this.#markEffect(effect, null);
  }

  loadState(): WorldState | undefined {
    if (this.#folder === undefined) return undefined;
    const path = join(this.#folder, STATE);
    if (!this.#disk.exists(path)) {
      if (this.entries.length > 0) throw damage(path, "or missing, though there is a journal");
      return undefined;
    }
    const state = unsealed(this.#disk.read(path).toString("utf8").trimEnd()) as
      (WorldState & { format?: number }) | undefined;
    if (state?.format !== FORMAT) throw damage(path, "or of another version");
    if (this.#hasLost(state)) throw damage(join(this.#folder, JOURNAL), "and has lost records");
    while (this.effects.length > state.effects) this.withdrawEffect();
    for (const effect of this.effects) this.#markEffect(effect, "swapped");
    return state;
  }

  saveState(state: WorldState): void {
    if (this.#folder === undefined) return;
    const folder = this.#folder;
    const path = join(folder, STATE);
    writing(path, () => {
      const next = `${path}.new`;
      const file = this.#disk.open(next, "w");
      try {
        writeAll(this.#disk, file, Buffer.from(`${sealed({ format: FORMAT, ...state })}\n`));
        this.#disk.sync(file);
      } finally {
        this.#disk.close(file);
      }
      this.#disk.rename(next, path);
      this.#disk.syncFolder(folder);
    });
  }

  close(): void {
    this.#file?.close();
  }

  #hasLost({ operations, effects }: WorldState): boolean {
    return (
      Object.keys(this.entries).length < this.entries.length ||
      effects > this.effects.length ||
      operations.some(({ entry }) => this.entries[entry] === undefined)
    );
  }

  #markEffect({ entry: n, at }: Effect, effect: "swapped" | null): void {
    const entry = n === undefined ? undefined : this.entries[n];
    if (!entry) return;
    entry.effect = effect;
    if (effect === null) delete entry.effectAt;
    else entry.effectAt = at;
  }
}

let last = { at: NaN, text: "" };

/** Many calls have the same virtual time: its text is cached. */
function iso(at: number): string {
  if (at !== last.at) last = { at, text: new Date(at).toISOString() };
  return last.text;
}
