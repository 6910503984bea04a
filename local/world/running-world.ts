import { rmSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeJson } from "./files";
import type { WorldDescription } from "./world";

const FILE = "world.json";

/** Saves a world's description next to its data, for `--env`. Only the owner can read the folder. */
export function keepDescription(description: WorldDescription): void {
  writeJson(join(description.dataDirectory, FILE), description);
}

export function dropDescription(data: string): void {
  rmSync(join(data, FILE), { force: true });
}

/** The world that runs on a data folder, or undefined. */
export async function runningWorld(data: string): Promise<WorldDescription | undefined> {
  const kept = readJson(join(data, FILE)) as WorldDescription | undefined;
  if (!kept || !isAlive(kept.pid)) return undefined;
  try {
    // Another process may have the id of a killed one: only a world answers here.
    const reply = await fetch(`${kept.resourceManager}/effects`, { signal: AbortSignal.timeout(2_000) });
    return reply.ok ? kept : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (fault) {
    return (fault as NodeJS.ErrnoException).code === "EPERM";
  }
}
