import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

// LevelDB's log (doc/log_format.md of LevelDB): blocks of 32 KiB, each with records that have a 7-byte head
// (checksum,
// length, type). On reopening, LevelDB silently skips records with a wrong checksum, even acknowledged ones.
const BLOCK = 32 * 1024;
const HEAD = 7;

/** Where a log is damaged. A record that the end of the file cuts off is not damage: it was never acknowledged. */
interface LogDamage {
  readonly file: string;
  readonly offset: number;
}

/** Checks the logs of a LevelDB folder; an absent folder has none. */
export async function findLogDamage(location: string): Promise<LogDamage | undefined> {
  const names = await readdir(location).catch(() => []);
  for (const name of names.filter((n) => n.endsWith(".log")).sort()) {
    const file = join(location, name);
    const offset = firstBroken(await readFile(file));
    if (offset !== undefined) return { file, offset };
  }
  return undefined;
}

function firstBroken(log: Buffer): number | undefined {
  let at = 0;
  while (at + HEAD <= log.length) {
    const left = BLOCK - (at % BLOCK);
    if (left < HEAD) {
      at += left;
      continue;
    }
    const length = log.readUInt16LE(at + 4);
    const end = at + HEAD + length;
    if (length > left - HEAD) return at;
    if (end > log.length) return undefined;
    if (log.readUInt32LE(at) !== masked(crc32c(log.subarray(at + 6, end)))) {
      return isBlank(log, at) ? undefined : at;
    }
    at = end;
  }
  return undefined;
}

/** Whether only zeros follow: reserved space that was never written. */
function isBlank(log: Buffer, from: number): boolean {
  return log.subarray(from).every((byte) => byte === 0);
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let value = n;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
  return value;
});

/** CRC-32C, which Node does not have. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
