import { randomWorld } from "../plans/random-world";
import { referenceWorlds } from "../plans/reference-worlds";
import { smallWorld } from "../plans/small-world";
import type { WorldPlan } from "../plans/world-plan";
import { Coverage } from "../rules/coverage";
import { rulesOf } from "../rules/invariants";
import { openClients } from "../world/clients";
import { playWorld, type WorldResult } from "../world/play-world";
import { prepareProcess } from "../world/process";
import { registerProduct } from "../world/product";
import { report } from "../world/timeline";
import { comparePeers } from "./peers";
import { shrink } from "./shrink";
import type { SimulateOptions } from "./simulate";
import { sweepPairs, sweepSingles, type Swept } from "./sweep";

/** The shortest reference world, crashed at two points. */
const PAIRS = "pairs";

/** Plays worlds until one breaks an invariant; returns the exit code. */
export async function campaign(options: SimulateOptions): Promise<number> {
  await settleIn();
  const say = (line: string) => {
    if (!options.json) console.log(line);
  };
  if (options.peers) {
    await comparePeers(options, say);
    return 0;
  }
  const worldOf = options.small ? smallWorld : randomWorld;
  const started = { cpu: process.cpuUsage(), at: performance.now() };
  const coverage = new Coverage(rulesOf(options));
  const sum = { runs: 0, promotions: 0, faults: 0, crashes: 0, points: 0, residual: 0 };
  let broken: { plan: WorldPlan; result: WorldResult } | undefined;
  const until = options.seconds === undefined ? Infinity : performance.now() + options.seconds * 1000;
  say(`worlds from seed ${options.seed}`);
  for (let n = 0; n < options.runs && performance.now() < until && !broken; n++) {
    const plan = worldOf(options.seed + n * options.step);
    const result = await playWorld(plan);
    sum.runs++;
    sum.promotions += result.promotions;
    sum.faults += result.faults;
    sum.crashes += result.points.crashes;
    sum.points += result.points.count;
    sum.residual += result.residual;
    coverage.add(result.exercised);
    if (options.replay) {
      for (const entry of result.timeline.entries) say(report(entry));
      for (const line of result.logged) say(line);
    }
    if (result.violations.length > 0) broken = { plan, result };
  }
  if (broken && !options.json) await explain(broken.plan, broken.result, options, say);
  const unexercised = coverage.unexercised;
  if (!options.replay) {
    say("how often each rule had something to judge:");
    for (const line of coverage.table) say(line);
  }
  for (const rule of unexercised) say(`NOTHING to judge for ${rule} in ${sum.runs} worlds`);
  const cpu = process.cpuUsage(started.cpu);
  const cpuSeconds = (cpu.user + cpu.system) / 1e6;
  console.log(
    JSON.stringify({
      ...sum,
      firstSeed: options.seed,
      seconds: round((performance.now() - started.at) / 1000),
      promotionsPerCpuMinute: Math.round((sum.promotions / cpuSeconds) * 60),
      violations: broken ? broken.result.violations.length : 0,
      unexercised,
      ...(broken ? { seed: broken.plan.seed, invariant: broken.result.violations[0]?.invariant } : {}),
    }),
  );
  return broken || unexercised.length > 0 ? 1 : 0;
}

/** Crashes the reference worlds at every point; returns the exit code. */
export async function sweepAll({ json, pairs, only }: SimulateOptions): Promise<number> {
  const all = [...Object.keys(referenceWorlds), PAIRS];
  const wanted = only.length > 0 ? only : all;
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(", ")}; known: ${all.join(", ")}`);
  await settleIn();
  const say = (line: string) => {
    if (!json) console.log(line);
  };
  const started = performance.now();
  const swept: Swept[] = [];
  const take = (result: Swept) => {
    const { world, points, runs, crashes, violations } = result;
    say(
      `${world}: ${points} points, ${runs} runs with crashes at ${crashes}, ${violations.length} violations`,
    );
    for (const { at, label, what } of violations.slice(0, 5))
      say(`  ${what}; crashed at ${at.join(", ")}: ${label}`);
    swept.push(result);
  };
  for (const name of wanted)
    take(name === PAIRS ? await sweepPairs("immediate", pairs, say) : await sweepSingles(name));
  const violations = swept.reduce((sum, each) => sum + each.violations.length, 0);
  const summary = swept.map(({ world, points, runs, crashes }) => ({ world, points, runs, crashes }));
  const seconds = round((performance.now() - started) / 1000);
  console.log(JSON.stringify({ sweep: summary, pairs, seconds, violations }));
  return violations > 0 ? 1 : 0;
}

/** Call once per process, before the first world. Returns a function that restores real time. */
export async function settleIn(): Promise<() => void> {
  const leave = prepareProcess();
  registerProduct();
  await openClients();
  return leave;
}

/** Reports what was broken, and the shortest world found for it. */
async function explain(
  plan: WorldPlan,
  result: WorldResult,
  { replay, small: isSmall }: SimulateOptions,
  say: (line: string) => void,
): Promise<void> {
  const describeOf = ({ violations }: WorldResult) => {
    for (const { invariant, detail, entry } of violations)
      say(`VIOLATION of ${invariant} at ${entry}: ${detail}`);
  };
  describeOf(result);
  const small = replay ? { plan, result } : await shrink(plan, result);
  if (!replay) {
    say(`\nthe smallest world found that still breaks ${small.result.violations[0]?.invariant ?? "it"}:`);
    say(JSON.stringify(small.plan));
    for (const entry of small.result.timeline.entries) say(report(entry));
    describeOf(small.result);
  }
  say(`\nreplay: npm run simulate -- ${isSmall ? "--small " : ""}--replay ${plan.seed}`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
