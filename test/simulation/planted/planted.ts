import { execFile, execFileSync } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { seedsUnder } from "../plans/themes";
import type { Caught, PlantedFault } from "./planted-fault";
import { plantedFaults } from "./planted-faults";
import { reportOf } from "./planted-report";

/** The compiled project. Copies with a fault are in a subfolder that nothing else reads. */
const dist = join(process.cwd(), "dist");
const COPIES = ".planted";
const LONGEST_MS = 20 * 60_000;

export interface PlantedOptions {
  readonly only: readonly string[];
  /** The maximum number of worlds per fault. */
  readonly runs: number;
  /** A Markdown file for the report, between its markers. */
  readonly write?: string;
}

/** Plants the faults one after another, one per core at a time, and checks whether an invariant catches each. */
export async function runPlanted({ only, runs, write }: PlantedOptions): Promise<number> {
  const unknown = only.filter((name) => !plantedFaults.some((fault) => fault.name === name));
  if (unknown.length > 0) throw new Error(`there is no planted fault ${unknown.join(", ")}`);
  const wanted = plantedFaults.filter(({ name, onlyBy }) =>
    only.length === 0 ? onlyBy === undefined : only.includes(name),
  );
  const began = { at: performance.now(), of: whenAndWhat() };
  const caught = await catchAll(wanted, runs);
  const minutes = Math.ceil((performance.now() - began.at) / 60_000);
  const report = reportOf(caught, `${began.of}, in ${minutes} min`);
  console.log(`\n${report}`);
  if (write !== undefined) writeBetweenMarkers(write, report);
  return caught.every(({ invariant }) => invariant) ? 0 : 1;
}

async function catchAll(faults: readonly PlantedFault[], runs: number): Promise<readonly Caught[]> {
  const results = new Map<PlantedFault, Caught>();
  const left = [...faults];
  const work = async () => {
    for (let fault = left.shift(); fault; fault = left.shift()) {
      const result = await catchFault(fault, runs);
      results.set(fault, result);
      const { invariant, seed } = result;
      const how = invariant
        ? `caught by ${invariant} after ${result.runs} worlds (seed ${seed})`
        : "NOT CAUGHT";
      console.log(`${fault.name} (${fault.rule}): ${how}`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return faults.flatMap((fault) => results.get(fault) ?? []);
}

/**
 * Plays worlds from seed 1, or those with the fault's theme, against a copy of the compiled project with this fault.
 */
export async function catchFault(fault: PlantedFault, runs: number): Promise<Caught> {
  const copy = join(dist, COPIES, fault.name.replace(/[^a-z0-9]+/gi, "-"));
  rmSync(copy, { recursive: true, force: true });
  try {
    linkTree(dist, copy);
    plant(fault, copy);
    const simulate = join(copy, "test", "simulation", "campaigns", "simulate.js");
    const { seed, step } = fault.theme ? seedsUnder(fault.theme) : { seed: 1, step: 1 };
    const worlds = ["--runs", String(runs), "--seed", String(seed), "--step", String(step)];
    const { stdout, stderr } = await outputOf([simulate, ...worlds, "--json"]);
    const last = stdout.trim().split("\n").at(-1) ?? "";
    if (!last.startsWith("{")) throw new Error(`${fault.name}: the simulator failed: ${stderr || stdout}`);
    return { fault, ...(JSON.parse(last) as Omit<Caught, "fault">) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The simulator exits with 1 for a broken world, so the exit code is not an error. */
function outputOf(args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const node = ["--max-semi-space-size=64", ...args];
    execFile(process.execPath, node, { timeout: LONGEST_MS }, (_fault, stdout, stderr) => {
      resolve({ stdout, stderr });
    });
  });
}

/** The compiled file with the fault. */
export function undone({ name, file, find, replace }: PlantedFault, root = dist): string {
  const parts = readFileSync(join(root, "src", file), "utf8").split(find);
  if (parts.length !== 2) throw new Error(`${name}: the text occurs ${parts.length - 1} times in ${file}`);
  return parts.join(replace);
}

function plant(fault: PlantedFault, copy: string): void {
  const text = undone(fault, copy);
  const path = join(copy, "src", fault.file);
  // Unlinked first: the copy shares its files with the original.
  unlinkSync(path);
  writeFileSync(path, text);
}

function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (entry.name === COPIES) continue;
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else if (/\.js(on)?$/.test(entry.name)) linkSync(source, target);
  }
}

function whenAndWhat(): string {
  const git = ["describe", "--always", "--dirty", "--exclude", "*"];
  const commit = execFileSync("git", git, { encoding: "utf8" }).trim();
  return `${new Date().toISOString().slice(0, 10)}, commit ${commit}`;
}

const START = "<!-- planted faults: begin -->";
const END = "<!-- planted faults: end -->";

function writeBetweenMarkers(path: string, report: string): void {
  const text = readFileSync(path, "utf8");
  const [begin, end] = [text.indexOf(START), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no markers ${START} … ${END}`);
  writeFileSync(path, `${text.slice(0, begin)}${START}\n\n${report}\n\n${text.slice(end)}`);
}
