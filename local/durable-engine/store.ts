import type { AbstractLevel } from "abstract-level";
import { ClassicLevel } from "classic-level";
import { MemoryLevel } from "memory-level";
import type { HistoryEvent } from "./history";
import type { ActivityRecord, EntityRecord, InstanceRecord, Message, TimerRecord } from "./records";

export type Database = AbstractLevel<string | Buffer | Uint8Array>;

type Operation =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "del"; readonly key: string };

/** Changes that become durable together, or not at all. */
export class Transaction {
  readonly operations: Operation[] = [];

  putInstance(record: InstanceRecord): void {
    this.#put(`i/${record.id}`, record);
  }
  putEntity(record: EntityRecord): void {
    this.#put(`e/${record.id}`, record);
  }
  putMessage(message: Message): void {
    this.#put(`m/${padded(message.seq)}`, message);
  }
  dropMessages(messages: readonly Message[]): void {
    for (const message of messages) this.#drop(`m/${padded(message.seq)}`);
  }
  putActivity(record: ActivityRecord): void {
    this.#put(`a/${padded(record.seq)}`, record);
  }
  dropActivity(record: ActivityRecord): void {
    this.#drop(`a/${padded(record.seq)}`);
  }
  putTimer(record: TimerRecord): void {
    this.#put(timerKey(record), record);
  }
  dropTimer(record: TimerRecord): void {
    this.#drop(timerKey(record));
  }
  putHistory({ id, episodes }: InstanceRecord, events: readonly HistoryEvent[]): void {
    this.#put(historyKey(id, episodes), events);
  }
  /** Drops the history of an execution and, with `row`, the instance itself. */
  dropHistory({ id, episodes }: InstanceRecord): void {
    for (let episode = 0; episode <= episodes; episode++) this.#drop(historyKey(id, episode));
  }
  dropInstance(id: string): void {
    this.#drop(`i/${id}`);
  }
  dropEntity(id: string): void {
    this.#drop(`e/${id}`);
  }
  #put(key: string, value: unknown): void {
    this.operations.push({ type: "put", key, value: JSON.stringify(value) });
  }
  #drop(key: string): void {
    this.operations.push({ type: "del", key });
  }
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

/**
 * The durable state of the engine. Transactions that arrive while one is being written are written together next, in
 * order: one disk flush serves many episodes.
 */
export class Store {
  readonly #database: Database;
  #waiting: { readonly transaction: Transaction; readonly done: (fault?: Error) => void }[] = [];
  #writing = false;

  constructor(database: Database) {
    this.#database = database;
  }

  commit(transaction: Transaction): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (fault?: Error) => {
        if (fault) reject(fault);
        else resolve();
      };
      this.#waiting.push({ transaction, done });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0);
      let fault: Error | undefined;
      try {
        const operations = group.flatMap(({ transaction }) => transaction.operations);
        // `sync` is a classic-level option: the batch is on disk before anything acts on it.
        await this.#database.batch(operations, { sync: true } as object);
      } catch (cause) {
        fault = new Error("the durable store could not be written", { cause });
      }
      for (const { done } of group) done(fault);
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

/** Opens the store on disk, or in memory when there is no location. */
export async function openStore(location: string | undefined, given?: Database): Promise<Store> {
  const database = given ?? (location === undefined ? new MemoryLevel() : new ClassicLevel(location));
  try {
    await database.open();
  } catch (cause) {
    throw new Error(
      `the durable store ${location ?? "in memory"} cannot be opened; is another world using it?`,
      { cause },
    );
  }
  return new Store(database);
}
