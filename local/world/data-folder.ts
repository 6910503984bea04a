import { accessSync, constants, mkdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

/** Folders of the parts of a world. */
const stores = ["resource-manager", "service-bus", "identity", "durable"] as const;
const files = ["pairs.json", "ports.json", "world.json", "world.log"] as const;

/** Creates the data folder and its subfolders; throws with the reason when that fails. */
export function prepareDataFolder(data: string, fresh: boolean): void {
  try {
    // Deletes only what a world has written: other files in the folder stay.
    if (fresh)
      for (const name of [...stores, ...files]) rmSync(join(data, name), { recursive: true, force: true });
    for (const folder of [data, ...stores.map((name) => join(data, name))]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.W_OK | constants.X_OK);
    }
    for (const name of files) refuseFolder(join(data, name));
  } catch (cause) {
    throw new Error(`the data folder ${data} cannot be used: ${reasonOf(cause)}`, { cause });
  }
}

function refuseFolder(file: string): void {
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`${file} is a folder`);
}

const reasons: Readonly<Record<string, string>> = {
  EEXIST: "a file is in the way",
  ENOTDIR: "a file is in the way",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "its disk can only be read",
  ENOSPC: "its disk is full",
};

function reasonOf(fault: unknown): string {
  const { code = "" } = fault as NodeJS.ErrnoException;
  return reasons[code] ?? "it is not as a world needs it";
}
