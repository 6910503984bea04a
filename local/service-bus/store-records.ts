import { crc32 } from "node:zlib";
import type { Seen, StoredState } from "./journal";
import type { BrokerMessage } from "./message";

// How the store writes its records. Each has a checksum over key and content, and one record has the number and sum
// of all:
// LevelDB alone silently skips a damaged part of its log.

/** The kinds of record, by the first letter of their keys. */
const Kind = { message: "m", counter: "c", seen: "d" } as const;

/** The record with the number and the sum of all other records. */
export const TOTALS = "totals";

const FORMAT = 2;

interface Totals {
  readonly records: number;
  readonly sum: number;
}

interface StoredMessage extends Omit<BrokerMessage, "propertiesRaw" | "appPropsRaw" | "bodyRaw" | "lock"> {
  /** Lengths of the encoded sections that follow. */
  readonly sections: readonly [properties: number, application: number, body: number];
}

export function messageKey(path: string, seq: number): string {
  return `${Kind.message}/${path}\u0000${String(seq).padStart(16, "0")}`;
}

export function counterKey(path: string): string {
  return `${Kind.counter}/${path}`;
}

export function seenKey(path: string, id: string): string {
  return `${Kind.seen}/${path}\u0000${id}`;
}

export function encodeMessage(key: string, message: BrokerMessage): Buffer {
  const { lock: _lock, propertiesRaw, appPropsRaw, bodyRaw, ...rest } = message;
  const sections = [propertiesRaw.length, appPropsRaw?.length ?? -1, bodyRaw.length] as const;
  const meta = Buffer.from(JSON.stringify({ ...rest, sections } satisfies StoredMessage));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(meta.length);
  return sealed(key, [length, meta, propertiesRaw, ...(appPropsRaw ? [appPropsRaw] : []), bodyRaw]);
}

export function encodeValue(key: string, value: unknown): Buffer {
  return sealed(key, [Buffer.from(JSON.stringify(value))]);
}

export function encodeTotals(totals: Totals): Buffer {
  return encodeValue(TOTALS, { format: FORMAT, ...totals });
}

/** The checksum of a record. */
export function checksumOf(record: Buffer): number {
  return record.readUInt32BE(0);
}

/** The content of a record; undefined when its checksum is wrong. */
export function unsealed(key: string, record: Buffer): Buffer | undefined {
  if (record.length < 4) return undefined;
  const content = record.subarray(4);
  return crc32(content, crc32(key)) === checksumOf(record) ? content : undefined;
}

export function decodeTotals(content: Buffer): Totals | undefined {
  const { format, ...totals } = JSON.parse(content.toString()) as Totals & { format: number };
  return format === FORMAT ? totals : undefined;
}

/** Sorts decoded records into the state that a broker starts with. */
export class StateReader implements StoredState {
  readonly messages = new Map<string, BrokerMessage[]>();
  readonly counters = new Map<string, number>();
  readonly seen = new Map<string, Map<string, Seen>>();

  add(key: string, content: Buffer): void {
    const [path = "", id = ""] = key.slice(2).split("\u0000");
    switch (key.charAt(0)) {
      case Kind.message:
        entry(this.messages, path, () => []).push(decodeMessage(content));
        return;
      case Kind.counter:
        this.counters.set(path, JSON.parse(content.toString()) as number);
        return;
      case Kind.seen:
        entry(this.seen, path, () => new Map()).set(id, JSON.parse(content.toString()) as Seen);
        return;
      default:
        throw new Error("no record of this kind is known");
    }
  }
}

function decodeMessage(content: Buffer): BrokerMessage {
  const start = 4 + content.readUInt32BE(0);
  const { sections, ...rest } = JSON.parse(content.subarray(4, start).toString()) as StoredMessage;
  const [properties, application, body] = sections;
  let at = start;
  const next = (length: number) => Buffer.from(content.subarray(at, (at += Math.max(0, length))));
  const propertiesRaw = next(properties);
  const appPropsRaw = application < 0 ? undefined : next(application);
  return { ...rest, propertiesRaw, appPropsRaw, bodyRaw: next(body) };
}

function sealed(key: string, parts: readonly Buffer[]): Buffer {
  let sum = crc32(key);
  for (const part of parts) sum = crc32(part, sum);
  const head = Buffer.allocUnsafe(4);
  head.writeUInt32BE(sum);
  return Buffer.concat([head, ...parts]);
}

function entry<T>(map: Map<string, T>, key: string, create: () => T): T {
  const found = map.get(key) ?? create();
  map.set(key, found);
  return found;
}
