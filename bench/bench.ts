import { fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Measured } from "./benchmark";
import { catalog } from "./catalog";
import { describeMachine, machineLine } from "./machine";
import { benchUsage, parseBenchOptions, type BenchOptions } from "./options";
import { rewritePage, withoutSection } from "./page";
import { plainTable } from "./table";
import { worldFlags } from "./world-flags";

/** `npm run bench`: runs benchmarks one after another, each in its own process, and says what they measured. */
async function main(): Promise<void> {
  const options = parseBenchOptions(process.argv.slice(2), Object.keys(catalog));
  if ("issue" in options) {
    console.error(`${options.issue}\n\n${benchUsage}`);
    process.exitCode = 2;
  } else if (options.list) await list(options.names);
  else await measure(options);
}

async function list(names: readonly string[]): Promise<void> {
  for (const name of names) {
    const module = await catalog[name]?.();
    console.log(`${name.padEnd(14)}${module?.benchmark.title ?? ""}`);
  }
}

async function measure({ names, json, write }: BenchOptions): Promise<void> {
  const unplaced = write === undefined ? [] : withoutSection(readFileSync(write, "utf8"), names);
  if (unplaced.length > 0) throw new Error(`${write ?? ""} has no place for ${unplaced.join(", ")}`);
  const machine = describeMachine();
  console.log(machineLine(machine));
  const measured: Measured[] = [];
  const failed: string[] = [];
  for (const name of names) {
    const one = await runApart(name);
    if (one) {
      measured.push(one);
      console.log(`\n${one.title}\n\n${plainTable(one.rows)}`);
    } else {
      failed.push(name);
      console.log(`\n${name} could not be run`);
    }
  }
  const date = new Date().toISOString().slice(0, 10);
  if (write !== undefined)
    writeFileSync(write, rewritePage(readFileSync(write, "utf8"), measured, { machine, date }));
  if (json) console.log(JSON.stringify({ date, machine, benchmarks: measured, failed }));
  if (failed.length > 0) process.exitCode = 1;
}

/** What a benchmark measured, or undefined when its process failed; what it printed went to standard error. */
function runApart(name: string): Promise<Measured | undefined> {
  return new Promise((resolve) => {
    const child = fork(join(__dirname, "run-one.js"), [name], {
      execArgv: worldFlags(join(__dirname, "../..")),
      stdio: ["ignore", 2, 2, "ipc"],
    });
    let measured: Measured | undefined;
    child.once("message", (message) => {
      measured = message as Measured;
    });
    child.once("error", () => {
      resolve(undefined);
    });
    child.once("exit", (code) => {
      resolve(code === 0 ? measured : undefined);
    });
  });
}

main().catch((fault: unknown) => {
  console.error(fault);
  process.exit(1);
});
