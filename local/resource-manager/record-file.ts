import { crc32 } from "node:zlib";
import { damage, writeAll, writing, type Disk } from "./disk";

/** A record as one line: its checksum, then its JSON. */
export function sealed(record: object): string {
  const json = JSON.stringify(record);
  return `${crc32(json).toString(16).padStart(8, "0")} ${json}`;
}

/** The record of a line, or undefined when the line is damaged. */
export function unsealed(line: string): unknown {
  const json = line.slice(9);
  if (line.slice(0, 9) !== `${crc32(json).toString(16).padStart(8, "0")} `) return undefined;
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * An append-only file with one record per line. A last line without a line end is left by a kill: it was never
 * acknowledged and is cut off. Any other damage is an error.
 */
export class RecordFile {
  readonly #path: string;
  readonly #disk: Disk;
  readonly #file: number;
  #length: number;
  /** Why nothing can be written any more: a torn record could not be cut off. */
  #broken: unknown;

  constructor(path: string, disk: Disk, each: (record: object) => void) {
    this.#path = path;
    this.#disk = disk;
    const bytes = disk.exists(path) ? disk.read(path) : Buffer.alloc(0);
    this.#length = bytes.lastIndexOf(10) + 1;
    const lines = bytes.subarray(0, this.#length).toString("utf8").split("\n").slice(0, -1);
    lines.forEach((line, i) => {
      const record = unsealed(line);
      if (typeof record !== "object" || record === null) throw damage(path, `at line ${i + 1}`);
      each(record);
    });
    this.#file = writing(path, () => disk.open(path, "a"));
    if (bytes.length > this.#length)
      writing(path, () => {
        disk.truncate(this.#file, this.#length);
      });
  }

  append(record: object, durably: boolean): void {
    writing(this.#path, () => {
      if (this.#broken !== undefined) throw this.#broken as Error;
      const bytes = Buffer.from(`${sealed(record)}\n`);
      try {
        writeAll(this.#disk, this.#file, bytes);
        if (durably) this.#disk.sync(this.#file);
      } catch (fault) {
        this.#cutOff(fault);
        throw fault;
      }
      this.#length += bytes.length;
    });
  }

  close(): void {
    this.#disk.close(this.#file);
  }

  #cutOff(fault: unknown): void {
    try {
      this.#disk.truncate(this.#file, this.#length);
    } catch {
      this.#broken = fault;
    }
  }
}
