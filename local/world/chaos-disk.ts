import { spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";

/** What a loss of power can leave at the end of a log: part of a write that was not acknowledged. */
export interface Tear {
  readonly kind: "cut short" | "a few bytes" | "zeros" | "not its own bytes" | "reads gone";
  readonly file: string;
  /** Where the durable part of the log ends. */
  readonly offset: number;
}

// LevelDB's log (doc/log_format.md of LevelDB): blocks of 32 KiB, each with records that have a 7-byte head
// (checksum,
// length, type). Resource Manager's journal has one record per line.
const BLOCK = 32 * 1024;
const HEAD = 7;

/** Tears the end of a store's newest log; undefined without a log, or when the kill has left a torn record there. */
export function tearTail(folder: string, random: () => number): Tear | undefined {
  const file = newestLog(folder);
  if (file === undefined) return undefined;
  return file.endsWith(".log") ? tearLevelLog(file, random) : tearJournal(file, random);
}

function tearLevelLog(file: string, random: () => number): Tear | undefined {
  const bytes = readFileSync(file);
  if (hasTornTail(bytes)) return undefined;
  const kind = draw(["cut short", "a few bytes", "zeros", "not its own bytes"] as const, random);
  appendFileSync(file, kind === "zeros" ? zeros(random) : tornRecord(kind, bytes.length, random));
  return { kind, file, offset: bytes.length };
}

/** Resource Manager flushes everything except reads: the last reads may be missing, and one of them may be cut. */
function tearJournal(file: string, random: () => number): Tear | undefined {
  const bytes = readFileSync(file);
  if (bytes.length > 0 && bytes.at(-1) !== 10) return undefined;
  const kind = draw(["cut short", "zeros", "reads gone"] as const, random);
  const offset = kind === "reads gone" ? lastDurable(bytes) : bytes.length;
  const kept = offset + Math.floor(random() * (bytes.length - offset));
  if (kind === "reads gone") truncateSync(file, kept);
  else appendFileSync(file, kind === "zeros" ? zeros(random) : '0f3a9c11 {"n":7,"at":"2026-11-24T00');
  return { kind, file, offset };
}

/**
 * Follows the advice of a store that refused to start: cuts its log where the tear begins. Returns whether the text
 * had that advice.
 */
export function followAdvice(text: string, tear: Tear): boolean {
  const [, file, offset] = /(\/\S+\.log) holds a broken record at byte (\d+)/.exec(text) ?? [];
  if (file !== tear.file || Number(offset) < tear.offset || !text.includes("cut the file there"))
    return false;
  truncateSync(tear.file, Number(offset));
  return true;
}

/** Whether this machine can limit the file sizes of a process. */
export function canFillDisks(): boolean {
  return spawnSync("prlimit", ["--pid", String(process.pid), "--fsize"]).status === 0;
}

/**
 * Makes the kernel refuse every write of a process near the end of its newest log and beyond: it writes what fits and
 * then fails, as on a full disk.
 */
export function fillDisk(pid: number, folder: string, random: () => number): void {
  const file = newestLog(folder);
  const size = file === undefined ? 0 : statSync(file).size;
  limitFiles(pid, String(size + Math.floor(random() * 300)));
}

/** Removes the limit. */
export function freeDisk(pid: number): void {
  limitFiles(pid, "unlimited");
}

/** A soft limit, which the same user may remove. */
function limitFiles(pid: number, bytes: string): void {
  const { status, stderr } = spawnSync("prlimit", ["--pid", String(pid), `--fsize=${bytes}:`]);
  if (status !== 0) throw new Error(`prlimit failed: ${stderr.toString()}`);
}

function newestLog(folder: string): string | undefined {
  const names = readdirSync(folder).filter((name) => name.endsWith(".log") || name === "journal.jsonl");
  const name = names.sort().at(-1);
  return name === undefined ? undefined : join(folder, name);
}

function hasTornTail(log: Buffer): boolean {
  let at = 0;
  while (at < log.length) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEAD) at += left;
    else if (at + HEAD > log.length) return true;
    else at += HEAD + log.readUInt16LE(at + 4);
  }
  return at > log.length;
}

function tornRecord(kind: Tear["kind"], at: number, random: () => number): Buffer {
  const left = BLOCK - (at % BLOCK);
  const padding = Buffer.alloc(left < HEAD ? left : 0);
  const room = (left < HEAD ? BLOCK : left) - HEAD;
  const record = noise(HEAD + Math.min(room, below(20, 2_000, random)), random);
  record.writeUInt16LE(record.length - HEAD, 4);
  record.writeUInt8(1, 6);
  if (kind === "not its own bytes") return Buffer.concat([padding, record]);
  const kept = kind === "a few bytes" ? below(1, HEAD, random) : below(HEAD, record.length, random);
  return Buffer.concat([padding, record.subarray(0, kept)]);
}

/** The end of the last record that is not a read. */
function lastDurable(journal: Buffer): number {
  let end = journal.length;
  while (end > 0) {
    const start = journal.lastIndexOf(10, end - 2) + 1;
    if (!journal.subarray(start, end).includes('"method":"GET"')) break;
    end = start;
  }
  return end;
}

function draw<T>(from: readonly [T, ...T[]], random: () => number): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

function below(from: number, to: number, random: () => number): number {
  return from + Math.floor(random() * Math.max(0, to - from));
}

function zeros(random: () => number): Buffer {
  return Buffer.alloc(below(1, 5_000, random));
}

function noise(length: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => below(0, 256, random)));
}
