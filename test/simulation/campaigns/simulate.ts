import { parseArgs } from "node:util";
import { installCoreModule } from "../../../local/functions-host";
import { runCommand } from "../../../local/world/run-command";
import type { PlantedOptions } from "../planted/planted";
import type { Pairs } from "./sweep";

installCoreModule();

const usage = `Usage: npm run simulate -- [options]
  --runs N      number of worlds (default 1000)
  --seed S      seed of the first world; the next seeds follow it (default: from the clock)
  --step N      distance between seeds (default 1)
  --replay S    play one world again, step by step
  --small       play small worlds: one pair, host and request, one to three kinds of harm, no long waits
  --seconds N   stop after N seconds
  --peers       play worlds with faults also with other ways to swap, and compare
  --residual    play worlds with risks that no protocol can rule out, and count their effects
  --sweep       crash every reference world at every point, and the shortest at pairs of points ("pairs")
  --share N     play every N-th of the pairs (default: all)
  --firsts A-B  play the pairs whose first crash is at point A or later and before B
  --planted     plant one fault after another, and check that each is caught
  --only A,B    play only these planted faults, or these worlds of the sweep
  --write FILE  write the report of all planted faults between the markers of a Markdown file
  --json        print only the last line`;

/** `npm run simulate`: plays seeded worlds and checks the invariants; exits 1 on the first world that breaks one. */
async function main(): Promise<void> {
  const options = parse();
  if (!options) {
    console.error(usage);
    process.exitCode = 2;
    return;
  }
  if (options.planted) {
    const { runPlanted } = await import("../planted/planted.js");
    process.exitCode = await runPlanted({ ...options.planted, only: options.only, runs: options.runs });
    return;
  }
  // Loaded only now: the functions library must load after the replacement of its core module.
  if (options.residual) {
    const { residualCampaign } = await import("./residual.js");
    process.exitCode = await residualCampaign(options);
    return;
  }
  const { campaign, sweepAll } = await import("./campaign.js");
  process.exitCode = await (options.sweep ? sweepAll(options) : campaign(options));
}

export interface SimulateOptions {
  readonly runs: number;
  readonly seed: number;
  readonly step: number;
  readonly replay: boolean;
  readonly seconds: number | undefined;
  readonly small: boolean;
  readonly peers: boolean;
  readonly residual: boolean;
  readonly json: boolean;
  readonly sweep: boolean;
  readonly pairs: Pairs;
  readonly only: readonly string[];
  readonly planted?: Pick<PlantedOptions, "write">;
}

function parse(): SimulateOptions | undefined {
  try {
    const { values } = parseArgs({
      options: {
        runs: { type: "string" },
        seed: { type: "string" },
        replay: { type: "string" },
        seconds: { type: "string" },
        small: { type: "boolean", default: false },
        peers: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        residual: { type: "boolean", default: false },
        sweep: { type: "boolean", default: false },
        share: { type: "string", default: "1" },
        firsts: { type: "string" },
        step: { type: "string", default: "1" },
        planted: { type: "boolean", default: false },
        only: { type: "string" },
        write: { type: "string" },
      },
    });
    const seed = Number(values.replay ?? values.seed ?? Math.floor(Date.now() % 4_294_967_296));
    const unasked = values.planted ? 3_000 : values.seconds === undefined ? 1_000 : Number.MAX_SAFE_INTEGER;
    const runs = values.replay === undefined ? Number(values.runs ?? unasked) : 1;
    const pairs = pairsOf(Number(values.share), values.firsts);
    const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
    const step = Number(values.step);
    const numbers = [seed, runs, seconds ?? 0, step - 1];
    if (!pairs || !numbers.every((number) => Number.isInteger(number) && number >= 0)) return undefined;
    const { json, sweep, residual, replay, small, peers } = values;
    const planted = values.planted ? { write: values.write } : undefined;
    const only = values.only?.split(",") ?? [];
    const isReplay = replay !== undefined;
    // A page with only some of them would look complete.
    if (planted?.write !== undefined && only.length > 0) return undefined;
    const world = { runs, seed, step, seconds };
    return { ...world, pairs, small, peers, residual, replay: isReplay, json, sweep, only, planted };
  } catch {
    return undefined;
  }
}

function pairsOf(share: number, firsts: string | undefined): Pairs | undefined {
  const [from = 0, before] = firsts?.split("-").map(Number) ?? [];
  const isRange = firsts === undefined || (Number.isInteger(from) && Number(before) > from);
  return Number.isInteger(share) && share > 0 && isRange ? { share, from, before } : undefined;
}

runCommand(main);
