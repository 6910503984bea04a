import type { AbstractLevel } from "abstract-level";
import { ClassicLevel } from "classic-level";
import type { Change } from "./changes";
import type { HistoryEvent } from "./history";
import type { ActivityRecord, EntityRecord, InstanceRecord, Message, TimerRecord } from "./records";

export type Database = AbstractLevel<string | Buffer | Uint8Array>;

type Operation =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "del"; readonly key: string };

interface Waiting {
  readonly operations: readonly Operation[];
  readonly wanted: () => boolean;
  readonly done: (written: boolean, fault?: Error) => void;
}

/**
 * The durable state of the engine. Changes that arrive while others are being written are written together next, in
 * order: one disk flush serves many episodes.
 */
export class Store {
  readonly #database: Database;
  #waiting: Waiting[] = [];
  #writing = false;

  constructor(database: Database) {
    this.#database = database;
  }

  /** True once the changes are on disk together; false if they were no longer `wanted` when their turn came. */
  commit(changes: readonly Change[], wanted: () => boolean): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const done = (written: boolean, fault?: Error) => {
        if (fault) reject(fault);
        else resolve(written);
      };
      this.#waiting.push({ operations: changes.flatMap(operationsOf), wanted, done });
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
        const operations = group.flatMap((each) => each.operations);
        // `sync` is a classic-level option: the batch is on disk before anything acts on it.
        await this.#database.batch(operations, { sync: true } as object);
      } catch (cause) {
        fault = new Error("the durable store could not be written", { cause });
      }
      for (const { done } of group) done(true, fault);
    }
    this.#writing = false;
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

  clear(): Promise<void> {
    return this.#database.clear();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #read<T>(prefix: string): Promise<T[]> {
    const values: T[] = [];
    // Keys are ordered by UTF-8 bytes: only the prefix's successor lies behind every id, astral characters included.
    const last = prefix.length - 1;
    const end = prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1);
    for await (const [key, value] of this.#database.iterator({ gte: prefix, lt: end })) {
      try {
        values.push(JSON.parse(value) as T);
      } catch (cause) {
        throw new Error(`the durable store has a damaged record ${JSON.stringify(key)}`, { cause });
      }
    }
    return values;
  }
}

function operationsOf(change: Change): Operation[] {
  switch (change.type) {
    case "putInstance":
      return [put(`i/${change.record.id}`, change.record)];
    case "insertInstance": {
      const { record, over } = change;
      const before = over ? operationsOf({ type: "dropHistory", record: over }) : [];
      return [...before, put(`i/${record.id}`, record)];
    }
    case "dropInstance":
      return [{ type: "del", key: `i/${change.record.id}` }];
    case "putRow":
      return [];
    case "putHistory":
      return [put(historyKey(change.record.id, change.record.episodes), change.events)];
    case "dropHistory":
      return Array.from({ length: change.record.episodes + 1 }, (_, episode) => ({
        type: "del",
        key: historyKey(change.record.id, episode),
      }));
    case "putEntity":
      return [put(`e/${change.record.id}`, change.record)];
    case "dropEntity":
      return [{ type: "del", key: `e/${change.id}` }];
    case "putMessage":
      return [put(`m/${padded(change.message.seq)}`, change.message)];
    case "dropMessages":
      return change.messages.map(({ seq, timer }) => ({
        type: "del",
        key: timer ? timerKey(timer) : `m/${padded(seq)}`,
      }));
    case "putActivity":
      return [put(`a/${padded(change.activity.seq)}`, change.activity)];
    case "dropActivity":
      return [{ type: "del", key: `a/${padded(change.activity.seq)}` }];
    case "putTimer":
      return [put(timerKey(change.timer), change.timer)];
    case "dropTimersOf":
      return change.timers.map((timer) => ({ type: "del", key: timerKey(timer) }));
  }
}

function put(key: string, value: unknown): Operation {
  return { type: "put", key, value: JSON.stringify(value) };
}

function padded(seq: number): string {
  return String(seq).padStart(16, "0");
}

function timerKey(timer: TimerRecord): string {
  return `t/${timer.instanceId}\u0000${timer.executionId}\u0000${timer.timerId}`;
}

function historyKey(id: string, episode: number): string {
  return `h/${id}\u0000${padded(episode)}`;
}

/** Opens the store in a folder, or the database given instead. */
export async function openStore(from: string | Database): Promise<Store> {
  const database = typeof from === "string" ? openFolder(from) : from;
  try {
    await database.open();
  } catch (cause) {
    throw new Error(
      `the durable store ${typeof from === "string" ? from : "in memory"} cannot be opened; is another world using it?`,
      { cause },
    );
  }
  return new Store(database);
}

/** Without the detour the types of hooks differ, in ways that depend on what the compiler looked at before. */
function openFolder(location: string): Database {
  const level: unknown = new ClassicLevel(location);
  return level as Database;
}
