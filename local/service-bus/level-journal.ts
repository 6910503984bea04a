import type { AbstractLevel } from "abstract-level";
import { ClassicLevel } from "classic-level";
import type { Journal, Seen, StoredState } from "./journal";
import { findLogDamage } from "../level-log";
import { BrokerError, type BrokerMessage } from "./message";
import {
  checksumOf,
  counterKey,
  decodeTotals,
  encodeMessage,
  encodeTotals,
  encodeValue,
  messageKey,
  seenKey,
  StateReader,
  TOTALS,
  unsealed,
} from "./store-records";

type Database = AbstractLevel<string | Buffer | Uint8Array, string, Buffer>;
type Operation =
  | { readonly type: "put"; readonly key: string; readonly value: Buffer }
  | { readonly type: "del"; readonly key: string };
interface Waiter {
  readonly then: () => void;
  readonly refuse: ((fault: BrokerError) => void) | undefined;
}

const encodings = { keyEncoding: "utf8", valueEncoding: "buffer" } as const;

/**
 * The broker's durable storage. A send or a settlement is acknowledged only once it is on disk. After one failed
 * write it stores nothing more, because memory and disk would differ. A restart reads the disk.
 */
export class LevelJournal implements Journal {
  readonly stored: StoredState;
  readonly #database: Database;
  readonly #name: string;
  readonly #checksums: Map<string, number>;
  #sum: number;
  #pending = new Map<string, Operation>();
  #waiters: Waiter[] = [];
  #isWriting = false;
  #fault: BrokerError | undefined;

  private constructor(
    database: Database,
    name: string,
    stored: StoredState,
    checksums: Map<string, number>,
    sum: number,
  ) {
    this.#database = database;
    this.#name = name;
    this.stored = stored;
    this.#checksums = checksums;
    this.#sum = sum;
  }

  /** Opens a folder or a given database and reads all of it; refuses damage, with the file or record. */
  static async open(store: string | Database): Promise<LevelJournal> {
    const name = typeof store === "string" ? store : "in memory";
    if (typeof store === "string") await refuseDamagedLogs(store);
    const database = typeof store === "string" ? openFolder(store) : store;
    try {
      await database.open();
    } catch (cause) {
      throw cannotOpen(name, cause);
    }
    try {
      return await LevelJournal.#read(database, name);
    } catch (fault) {
      await database.close();
      throw fault;
    }
  }

  static async #read(database: Database, name: string): Promise<LevelJournal> {
    const state = new StateReader();
    const checksums = new Map<string, number>();
    let sum = 0;
    let totals: ReturnType<typeof decodeTotals>;
    try {
      for await (const [key, record] of database.iterator<string, Buffer>(encodings)) {
        const content = unsealed(key, record);
        if (!content) throw damaged(name, `the record ${JSON.stringify(key)} is not what was written`);
        if (key === TOTALS) {
          totals = decodeTotals(content);
          continue;
        }
        state.add(key, content);
        checksums.set(key, checksumOf(record));
        sum = added(sum, checksumOf(record));
      }
    } catch (cause) {
      throw cause instanceof StoreDamaged ? cause : damaged(name, "it cannot be read to its end", cause);
    }
    if (!totals && checksums.size > 0) throw damaged(name, "it is of another version, or lost its totals");
    if (totals && (totals.records !== checksums.size || totals.sum !== sum)) {
      throw damaged(name, `${totals.records} records were written last and ${checksums.size} are there`);
    }
    return new LevelJournal(database, name, state, checksums, sum);
  }

  get fault(): BrokerError | undefined {
    return this.#fault;
  }

  putMessage(path: string, message: BrokerMessage): void {
    const key = messageKey(path, message.seq);
    this.#pending.set(key, { type: "put", key, value: encodeMessage(key, message) });
  }

  dropMessage(path: string, seq: number): void {
    this.#drop(messageKey(path, seq));
  }

  putCounter(path: string, next: number): void {
    const key = counterKey(path);
    this.#pending.set(key, { type: "put", key, value: encodeValue(key, next) });
  }

  putSeen(path: string, id: string, seen: Seen): void {
    const key = seenKey(path, id);
    this.#pending.set(key, { type: "put", key, value: encodeValue(key, seen) });
  }

  dropSeen(path: string, id: string): void {
    this.#drop(seenKey(path, id));
  }

  whenDurable(then: () => void, refuse?: (fault: BrokerError) => void): void {
    this.#waiters.push({ then, refuse });
    if (!this.#isWriting) void this.#write();
  }

  /** Resolves when everything written so far is on disk. */
  flushed(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.whenDurable(resolve, reject);
    });
  }

  async close(): Promise<void> {
    await this.flushed().catch(() => undefined);
    await this.#database.close();
  }

  #drop(key: string): void {
    // A record that never reached the disk need not be deleted there.
    if (!this.#checksums.has(key)) this.#pending.delete(key);
    else this.#pending.set(key, { type: "del", key });
  }

  /** Writes synchronous changes together, and those that arrive while the disk is busy. */
  async #write(): Promise<void> {
    this.#isWriting = true;
    await Promise.resolve();
    while (this.#waiters.length > 0) {
      const waiters = this.#waiters;
      const operations = [...this.#pending.values()];
      this.#waiters = [];
      this.#pending = new Map();
      try {
        if (this.#fault) throw this.#fault;
        if (operations.length > 0) await this.#commit(operations);
      } catch (cause) {
        this.#fault ??= notWritten(this.#name, cause);
      }
      for (const { then, refuse } of waiters) {
        if (this.#fault) refuse?.(this.#fault);
        else then();
      }
    }
    this.#isWriting = false;
  }

  async #commit(operations: Operation[]): Promise<void> {
    for (const operation of operations) {
      const { key } = operation;
      this.#sum = added(this.#sum, -(this.#checksums.get(key) ?? 0));
      if (operation.type === "del") this.#checksums.delete(key);
      else {
        this.#checksums.set(key, checksumOf(operation.value));
        this.#sum = added(this.#sum, checksumOf(operation.value));
      }
    }
    const value = encodeTotals({ records: this.#checksums.size, sum: this.#sum });
    const batch: Operation[] = [...operations, { type: "put", key: TOTALS, value }];
    // `sync` is a classic-level option: on disk before anything is acknowledged.
    await this.#database.batch<string, Buffer>(batch, { ...encodings, sync: true } as typeof encodings);
  }
}

function added(sum: number, checksum: number): number {
  return (sum + checksum) >>> 0;
}

class StoreDamaged extends Error {}

function damaged(name: string, what: string, cause?: unknown): StoreDamaged {
  const why = cause === undefined ? "" : `: ${textOf(cause)}`;
  return new StoreDamaged(
    `the broker's store ${name} is damaged: ${what}${why}. ` +
      "Put back a copy of the folder, or move it away to start empty: what it holds is then gone from the broker.",
    { cause },
  );
}

async function refuseDamagedLogs(location: string): Promise<void> {
  const damage = await findLogDamage(location);
  if (!damage) return;
  const { file, offset } = damage;
  throw damaged(
    location,
    `${file} holds a broken record at byte ${offset} (if the machine lost its power, and nothing follows it, ` +
      "it was never acknowledged: cut the file there)",
  );
}

function cannotOpen(name: string, cause: unknown): Error {
  const inner = (cause as { cause?: Error & { code?: string } }).cause;
  if (inner?.code === "LEVEL_LOCKED") {
    return new Error(`the broker's store ${name} cannot be opened; is another world using it?`, { cause });
  }
  return damaged(name, "it cannot be opened", inner ?? cause);
}

function notWritten(name: string, cause: unknown): BrokerError {
  const text = textOf(cause);
  const isFull = /no space left|ENOSPC|quota exceeded|EDQUOT/i.test(text);
  return new BrokerError(
    isFull ? "amqp:resource-limit-exceeded" : "amqp:internal-error",
    `the broker's store ${name} could not be written (${text}). Nothing more is accepted: ` +
      `${isFull ? "make room" : "see to the disk"}, then restart. What was acknowledged is kept.`,
    500,
  );
}

/** Without this function the types of hooks differ, depending on what the compiler checked before. */
function openFolder(location: string): Database {
  const level: unknown = new ClassicLevel(location, encodings);
  return level as Database;
}

/** Errors of the native store may belong to another realm's class. */
function textOf(cause: unknown): string {
  return (cause as { message?: string } | undefined)?.message ?? String(cause);
}
