import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { WorldState } from "./state";

/** One call of Resource Manager; `effect` is "swapped" when it really exchanged the slots, `effectAt` when. */
export interface JournalEntry {
  readonly at: string;
  readonly method: string;
  readonly url: string;
  status: number | null;
  effect: string | null;
  effectAt?: string;
}

/** The journal of calls and effects, and the state they act on. On disk before a write is answered or takes effect. */
export class Journal {
  readonly entries: JournalEntry[] = [];
  readonly #file: number | undefined;
  readonly #stateFile: string | undefined;

  constructor(dataDirectory: string | undefined) {
    if (dataDirectory === undefined) return;
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const path = join(dataDirectory, "journal.jsonl");
    if (existsSync(path)) this.#load(path);
    this.#file = openSync(path, "a");
    this.#stateFile = join(dataDirectory, "state.json");
  }

  /** A torn last line is what a kill leaves behind; any other damage is an error. */
  #load(path: string): void {
    const lines = readFileSync(path, "utf8").split("\n");
    lines.forEach((line, i) => {
      if (line === "") return;
      try {
        const { n, ...entry } = JSON.parse(line) as JournalEntry & { n: number };
        this.entries[n] = entry;
      } catch (cause) {
        if (i < lines.length - 1) throw new Error(`${path} is damaged at line ${i + 1}`, { cause });
      }
    });
  }

  add(method: string, url: string, at: number): number {
    const n = this.entries.length;
    this.entries.push({ at: new Date(at).toISOString(), method, url, status: null, effect: null });
    this.#write(n, method !== "GET");
    return n;
  }

  answered(n: number, status: number | null): void {
    const entry = this.entries[n];
    if (!entry) return;
    entry.status = status;
    this.#write(n, entry.method !== "GET");
  }

  tookEffect(n: number, at: number): void {
    const entry = this.entries[n];
    if (!entry) return;
    entry.effect = "swapped";
    entry.effectAt = new Date(at).toISOString();
    this.#write(n, true);
  }

  loadState(): WorldState | undefined {
    if (this.#stateFile === undefined || !existsSync(this.#stateFile)) return undefined;
    try {
      return JSON.parse(readFileSync(this.#stateFile, "utf8")) as WorldState;
    } catch (cause) {
      throw new Error(`${this.#stateFile} is damaged`, { cause });
    }
  }

  saveState(state: WorldState): void {
    if (this.#stateFile === undefined) return;
    const next = `${this.#stateFile}.new`;
    const file = openSync(next, "w", 0o600);
    writeFileSync(file, JSON.stringify(state));
    fsyncSync(file);
    closeSync(file);
    renameSync(next, this.#stateFile);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #write(n: number, durably: boolean): void {
    if (this.#file === undefined) return;
    const text = `${JSON.stringify({ n, ...this.entries[n] })}\n`;
    // A line that a kill tore would swallow the next one: begin on a fresh line.
    writeSync(this.#file, n === 0 ? text : `\n${text}`);
    if (durably) fsyncSync(this.#file);
  }
}
