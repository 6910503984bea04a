import type { AbstractLevel } from "abstract-level";
import { ClassicLevel } from "classic-level";
import { MemoryLevel } from "memory-level";
import type { BrokerMessage } from "./message";

type Database = AbstractLevel<string | Buffer | Uint8Array>;
type Operation =
  | { readonly type: "put"; readonly key: string; readonly value: string }
  | { readonly type: "del"; readonly key: string };

interface StoredMessage extends Omit<BrokerMessage, "propertiesRaw" | "appPropsRaw" | "bodyRaw" | "lock"> {
  readonly properties: string;
  readonly application?: string | undefined;
  readonly body: string;
}

/**
 * The broker's durable memory. Whatever is written in one turn is on disk together before `flushed` resolves; a send or
 * a settlement is acknowledged only then.
 */
export class Journal {
  readonly #database: Database;
  #pending: Operation[] = [];
  #writing: Promise<void> | undefined;

  private constructor(database: Database) {
    this.#database = database;
  }

  static async open(location: string | undefined): Promise<Journal> {
    const database: Database = location === undefined ? new MemoryLevel() : new ClassicLevel(location);
    try {
      await database.open();
    } catch (cause) {
      throw new Error(
        `the broker's store ${location ?? "in memory"} cannot be opened; is another world using it?`,
        { cause },
      );
    }
    return new Journal(database);
  }

  putMessage(path: string, message: BrokerMessage): void {
    const { lock: _lock, propertiesRaw, appPropsRaw, bodyRaw, ...rest } = message;
    const stored: StoredMessage = {
      ...rest,
      properties: propertiesRaw.toString("base64"),
      application: appPropsRaw?.toString("base64"),
      body: bodyRaw.toString("base64"),
    };
    this.#pending.push({ type: "put", key: messageKey(path, message.seq), value: JSON.stringify(stored) });
  }

  dropMessage(path: string, seq: number): void {
    this.#pending.push({ type: "del", key: messageKey(path, seq) });
  }

  putCounter(path: string, next: number): void {
    this.#pending.push({ type: "put", key: `c/${path}`, value: String(next) });
  }

  putSeen(path: string, id: string, until: number): void {
    this.#pending.push({ type: "put", key: `d/${path}\u0000${id}`, value: String(until) });
  }

  dropSeen(path: string, id: string): void {
    this.#pending.push({ type: "del", key: `d/${path}\u0000${id}` });
  }

  /** Resolves when everything written so far is on disk. */
  flushed(): Promise<void> {
    if (this.#pending.length === 0) return this.#writing ?? Promise.resolve();
    const before = this.#writing ?? Promise.resolve();
    const writing = before.then(() => this.#write());
    this.#writing = writing;
    return writing;
  }

  /** For changes nobody waits for. A fault stays in the chain and refuses every later acknowledgement. */
  flushSoon(): void {
    this.flushed().catch(() => undefined);
  }

  async #write(): Promise<void> {
    const operations = this.#pending.splice(0);
    // `sync` is a classic-level option: on disk before anything is acknowledged.
    if (operations.length > 0) await this.#database.batch(operations, { sync: true } as object);
  }

  async messages(path: string): Promise<BrokerMessage[]> {
    const found: BrokerMessage[] = [];
    for await (const [key, value] of this.#range(`m/${path}\u0000`)) {
      const { properties, application, body, ...rest } = parseStored(key, value);
      found.push({
        ...rest,
        propertiesRaw: Buffer.from(properties, "base64"),
        appPropsRaw: application === undefined ? undefined : Buffer.from(application, "base64"),
        bodyRaw: Buffer.from(body, "base64"),
      });
    }
    return found;
  }

  async counter(path: string): Promise<number> {
    const value: unknown = await this.#database.get(`c/${path}`);
    return value === undefined ? 1 : Number(value);
  }

  async seen(path: string): Promise<Map<string, number>> {
    const found = new Map<string, number>();
    const prefix = `d/${path}\u0000`;
    for await (const [key, value] of this.#range(prefix)) found.set(key.slice(prefix.length), Number(value));
    return found;
  }

  async close(): Promise<void> {
    await this.flushed();
    await this.#database.close();
  }

  #range(prefix: string): AsyncIterable<[string, string]> {
    return this.#database.iterator({ gte: prefix, lt: `${prefix}\uffff` });
  }
}

function messageKey(path: string, seq: number): string {
  return `m/${path}\u0000${String(seq).padStart(16, "0")}`;
}

function parseStored(key: string, value: string): StoredMessage {
  try {
    return JSON.parse(value) as StoredMessage;
  } catch (cause) {
    throw new Error(`the broker's store has a damaged record ${JSON.stringify(key)}`, { cause });
  }
}
