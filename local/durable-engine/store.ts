import type { AbstractLevel } from "abstract-level";
import { ClassicLevel } from "classic-level";
import type { Change } from "./changes";
import type { HistoryEvent } from "./history";
import { findLogDamage } from "../level-log";
import type { ActivityRecord, EntityRecord, InstanceRecord, Message, TimerRecord } from "./records";
import { contentOf, operationsOf, type Operation } from "./store-records";

export type Database = AbstractLevel<string | Buffer | Uint8Array>;

interface Waiting {
  readonly changes: readonly Change[];
  readonly wanted: () => boolean;
  readonly done: (written: boolean, fault?: Error) => void;
}

/**
 * The durable state of the engine. Changes that arrive during a write are written together in the next one, in order:
 * one disk flush serves many episodes.
 */
export class Store {
  readonly #database: Database;
  readonly #name: string;
  readonly #reads = new Set<Promise<unknown>>();
  #waiting: Waiting[] = [];
  #writing = false;
  #isTorn = false;
  #mending: Promise<void> | undefined;

  constructor(database: Database, name: string) {
    this.#database = database;
    this.#name = name;
  }

  /** True once the changes are on disk together; false if they were no longer `wanted` when they could be written. */
  commit(changes: readonly Change[], wanted: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const done = (written: boolean, fault?: Error) => {
        if (fault) reject(fault);
        else resolve(written);
      };
      this.#waiting.push({ changes, wanted, done });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group: Waiting[] = [];
      for (const each of this.#waiting.splice(0)) {
        if (each.wanted()) group.push(each);
        else each.done(false);
      }
      let fault: Error | undefined;
      try {
        // Serialized only now, so that texts do not pile up while the disk is busy.
        const operations = group.flatMap((each) => each.changes.flatMap(operationsOf));
        if (operations.length > 0) await this.#put(operations);
      } catch (cause) {
        fault = this.#notWritten(cause);
      }
      for (const { done } of group) done(true, fault);
    }
    this.#writing = false;
  }

  async #put(operations: Operation[]): Promise<void> {
    await this.#mended();
    try {
      // `sync` is a classic-level option: the batch is on disk before anything uses it.
      await this.#database.batch(operations, { sync: true } as object);
    } catch (fault) {
      this.#isTorn = true;
      throw fault;
    }
  }

  /**
   * Reopens the database after a failed write. Part of the write may be at the end of LevelDB's log, and LevelDB
   * would skip later records when it opens that log again; reopening starts a new log.
   */
  async #mended(): Promise<void> {
    if (this.#isTorn) this.#mending ??= this.#reopen().finally(() => (this.#mending = undefined));
    await this.#mending;
  }

  async #reopen(): Promise<void> {
    await Promise.allSettled(this.#reads);
    await this.#database.close();
    await this.#database.open();
    this.#isTorn = false;
  }

  instances(): Promise<InstanceRecord[]> {
    return this.#read<InstanceRecord>("i/");
  }
  entities(): Promise<EntityRecord[]> {
    return this.#read<EntityRecord>("e/");
  }
  messages(): Promise<Message[]> {
    return this.#read<Message>("m/");
  }
  activities(): Promise<ActivityRecord[]> {
    return this.#read<ActivityRecord>("a/");
  }
  timers(): Promise<TimerRecord[]> {
    return this.#read<TimerRecord>("t/");
  }

  async history(id: string): Promise<HistoryEvent[]> {
    const pieces = await this.#read<HistoryEvent[]>(`h/${id}\u0000`);
    return pieces.flat();
  }

  async clear(): Promise<void> {
    await this.#mended();
    await this.#database.clear();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #read<T>(prefix: string): Promise<T[]> {
    if (this.#mending ?? this.#database.status !== "open")
      await this.#mended().catch((cause: unknown) => Promise.reject(this.#notRead(cause)));
    const read = this.#collect<T>(prefix);
    this.#reads.add(read);
    return read.finally(() => this.#reads.delete(read));
  }

  async #collect<T>(prefix: string): Promise<T[]> {
    const values: T[] = [];
    // Keys are ordered by UTF-8 bytes: only the prefix's successor is above every id, astral characters included.
    const last = prefix.length - 1;
    const end = prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
    try {
      for await (const [key, value] of this.#database.iterator({ gte: prefix, lt: end })) {
        values.push(this.#content(key, value) as T);
      }
    } catch (cause) {
      throw cause instanceof StoreDamaged
        ? cause
        : damaged(this.#name, "it cannot be read to its end", cause);
    }
    return values;
  }

  #content(key: string, record: string): unknown {
    try {
      return contentOf(key, record);
    } catch (cause) {
      throw damaged(this.#name, `the record ${JSON.stringify(key)} is not what was written`, cause);
    }
  }

  #notRead(cause: unknown): Error {
    const text = `the durable store ${this.#name} could not be opened again after a write that failed: ${reasonOf(cause)}`;
    return new Error(text, { cause });
  }

  /** Rejects the waiting callers; the work is done again, so it continues once the disk accepts writes. */
  #notWritten(cause: unknown): Error {
    const advice =
      "What was being done is not done, and is tried again; make room or repair the disk, and restart if that does not help.";
    const text = `the durable store ${this.#name} could not be written: ${reasonOf(cause)}. ${advice}`;
    return new Error(text, { cause });
  }
}

class StoreDamaged extends Error {}

function damaged(name: string, what: string, cause?: unknown): StoreDamaged {
  const why = cause === undefined ? "" : `: ${reasonOf(cause)}`;
  const advice =
    "Put back a copy of it, or move it away to start empty: the orchestrations it holds are then gone.";
  return new StoreDamaged(`the durable store ${name} is damaged: ${what}${why}. ${advice}`, { cause });
}

/** The innermost cause of an error. */
function reasonOf(fault: unknown): string {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error ? reasonOf(fault.cause) : fault.message;
}

/** Opens the store in a folder, or the given database; refuses damaged records. */
export async function openStore(from: string | Database): Promise<Store> {
  const name = typeof from === "string" ? from : "in memory";
  if (typeof from === "string") await refuseDamagedLogs(from);
  const database = typeof from === "string" ? openFolder(from) : from;
  try {
    await database.open();
  } catch (cause) {
    const isLocked =
      cause instanceof Error && (cause.cause as { code?: string } | undefined)?.code === "LEVEL_LOCKED";
    if (!isLocked) throw damaged(name, "it cannot be opened", cause);
    throw new Error(`the durable store ${name} cannot be opened: another world is using it`, { cause });
  }
  return new Store(database, name);
}

async function refuseDamagedLogs(location: string): Promise<void> {
  const damage = await findLogDamage(location);
  if (!damage) return;
  const where = `${damage.file} holds a broken record at byte ${damage.offset}`;
  const advice =
    "if the machine lost its power, and nothing follows it, it was never acknowledged: cut the file there";
  throw damaged(location, `${where} (${advice})`);
}

/** Without this function the types of hooks differ, depending on what the compiler checked before. */
function openFolder(location: string): Database {
  const level: unknown = new ClassicLevel(location);
  return level as Database;
}
