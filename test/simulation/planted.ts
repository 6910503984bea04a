import { spawnSync } from "node:child_process";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { plantedFaults, type PlantedFault } from "./planted-faults";

/** The compiled project; copies with a fault live in a folder of it that nothing else looks into. */
const dist = join(process.cwd(), "dist");
const COPIES = ".planted";
const LONGEST_MS = 20 * 60_000;

export interface PlantedOptions {
  readonly only: readonly string[];
  /** Most worlds per fault. */
  readonly runs: number;
  /** A Markdown file that gets the table between its markers. */
  readonly write?: string | undefined;
}

/** What the simulator made of one planted fault; `invariant` is absent when it was not caught. */
export interface Caught {
  readonly fault: PlantedFault;
  readonly runs: number;
  readonly invariant?: string | undefined;
  readonly seed?: number | undefined;
}

/** Plants one fault after another, and looks whether an invariant catches it; answers with the process's exit code. */
export function runPlanted({ only, runs, write }: PlantedOptions): number {
  const wanted = plantedFaults.filter(({ name }) => only.length === 0 || only.includes(name));
  const caught = wanted.map((fault) => {
    const result = catchFault(fault, runs);
    const { invariant, seed } = result;
    const how = invariant
      ? `caught by ${invariant} after ${result.runs} worlds (seed ${seed})`
      : "NOT CAUGHT";
    console.log(`${fault.name} (${fault.rule}): ${how}`);
    return result;
  });
  const table = tableOf(caught);
  console.log(`\n${table}`);
  if (write !== undefined) writeBetweenMarkers(write, table);
  return wanted.length > 0 && caught.every(({ invariant }) => invariant) ? 0 : 1;
}

/** Plays worlds from seed 1 against a copy of the compiled project with this fault in it. */
export function catchFault(fault: PlantedFault, runs: number): Caught {
  const copy = join(dist, COPIES, fault.name.replace(/[^a-z0-9]+/gi, "-"));
  rmSync(copy, { recursive: true, force: true });
  try {
    linkTree(dist, copy);
    plant(fault, copy);
    const simulate = join(copy, "test", "simulation", "simulate.js");
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [simulate, "--runs", String(runs), "--seed", "1", "--json"],
      { encoding: "utf8", timeout: LONGEST_MS },
    );
    const last = stdout.trim().split("\n").at(-1) ?? "";
    if (!last.startsWith("{")) throw new Error(`${fault.name}: the simulator failed: ${stderr || stdout}`);
    return { fault, ...(JSON.parse(last) as Omit<Caught, "fault">) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The compiled text of a fault's file with the rule undone. */
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

function tableOf(caught: readonly Caught[]): string {
  const rows = caught.map(({ fault, invariant, runs, seed }) => [
    fault.name,
    fault.rule,
    invariant ?? "not caught",
    String(runs),
    String(seed ?? ""),
  ]);
  const head = ["Rule undone", "design.md", "Caught by", "After worlds", "Seed"];
  const all = [head, head.map(() => "---"), ...rows];
  return all.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const START = "<!-- planted faults: begin -->";
const END = "<!-- planted faults: end -->";

function writeBetweenMarkers(path: string, table: string): void {
  const text = readFileSync(path, "utf8");
  const [begin, end] = [text.indexOf(START), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${path} has no markers ${START} … ${END}`);
  writeFileSync(path, `${text.slice(0, begin)}${START}\n\n${table}\n\n${text.slice(end)}`);
}
