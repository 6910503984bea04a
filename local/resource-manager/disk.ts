import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";

/** The file operations of the journal; tests pass a full disk. */
export interface Disk {
  mkdir(path: string): void;
  exists(path: string): boolean;
  read(path: string): Buffer;
  open(path: string, flags: "a" | "w"): number;
  /** Returns how many bytes it wrote, possibly fewer. */
  write(file: number, bytes: Uint8Array): number;
  truncate(file: number, length: number): void;
  sync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** Flushes the names in a folder to the disk. */
  syncFolder(path: string): void;
}

export const nodeDisk: Disk = {
  mkdir: (path) => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  },
  exists: existsSync,
  read: (path) => readFileSync(path),
  open: (path, flags) => openSync(path, flags, 0o600),
  write: (file, bytes) => writeSync(file, bytes),
  truncate: ftruncateSync,
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  syncFolder: (path) => {
    // Windows cannot open folders.
    if (process.platform === "win32") return;
    const folder = openSync(path, "r");
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  },
};

/** A file that cannot be read or written. The message names it and the remedy. */
export class DiskFault extends Error {
  override readonly name = "DiskFault";
}

/** Writes all of it, or throws. */
export function writeAll(disk: Disk, file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) {
    const written = disk.write(file, bytes.subarray(done));
    if (written <= 0) throw new Error("the disk took nothing");
    done += written;
  }
}

/** Runs a write; an error becomes a DiskFault that names the file. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DiskFault(
      `${path} cannot be written (${why}): nothing was changed; free the disk, then try again`,
      {
        cause,
      },
    );
  }
}

/** A file whose content differs from what was written. */
export function damage(path: string, where: string): DiskFault {
  return new DiskFault(
    `${path} is damaged ${where}: restore the folder from a copy, or delete it to begin with a fresh world`,
  );
}
