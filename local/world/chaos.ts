import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChaosHarm, pause } from "./chaos-harm";
import { chaosUsage, parseChaosOptions, type ChaosOptions } from "./chaos-options";
import { summaryOf, tableOf } from "./chaos-report";
import { ChaosRequests } from "./chaos-requests";
import { judge, type Verdict } from "./chaos-verdict";
import { ChaosWorld } from "./chaos-world";
import { seededRandom } from "./seeded-random";
import { runCommand } from "./run-command";

/** How long after the last kill a completion event may take. */
const PATIENCE_MS = 240_000;

/**
 * `npm run chaos`: runs the function app, the broker and Resource Manager as processes, kills them at random moments,
 * and restarts them on torn logs or full disks. Judges the journal of effects and the broker's events, not the app or
 * its logs.
 */
async function main(): Promise<void> {
  const parsed = parseChaosOptions(process.argv.slice(2), Date.now() % 1_000_000);
  if ("issues" in parsed) {
    console.error(`${parsed.issues.join("\n")}\n\n${chaosUsage}`);
    process.exitCode = 2;
    return;
  }
  const { options } = parsed;
  const data = mkdtempSync(join(tmpdir(), "cloud-service-swap-chaos-"));
  const begun = Date.now();
  const say = (line: string) => {
    const at = ((Date.now() - begun) / 1_000).toFixed(1).padStart(6);
    if (!options.json) console.log(`${at} s  ${line}`);
  };
  const { kills, seed } = options;
  say(`seed ${seed}, ${kills} kills (to repeat: npm run chaos -- --kills ${kills} --seed ${seed})`);
  const world = await ChaosWorld.start(data);
  try {
    const run = await play(world, options, say);
    const seconds = (Date.now() - begun) / 1_000;
    for (const violation of run.verdict.violations) console.error(`VIOLATION: ${violation} (seed ${seed})`);
    if (!options.json) console.log(`\n${tableOf({ ...run, seed, seconds })}\n`);
    console.log(JSON.stringify(summaryOf({ ...run, seed, seconds })));
    if (run.verdict.violations.length > 0) process.exitCode = 1;
  } catch (fault) {
    process.exitCode = 1;
    console.error(`VIOLATION: the run broke off (seed ${seed}):`, fault);
    console.log(JSON.stringify({ seed, brokeOff: String(fault), violations: 1 }));
  } finally {
    await world.end();
  }
  if (process.exitCode === 1) console.error(`the world's data is kept for analysis: ${data}`);
  else rmSync(data, { recursive: true, force: true });
}

async function play(world: ChaosWorld, options: ChaosOptions, say: (line: string) => void) {
  const requests = new ChaosRequests(world, seededRandom(options.seed + 1));
  const harm = new ChaosHarm(world, seededRandom(options.seed), say);
  const report = () => `${requests.sent.length} requests sent, ${requests.underWay.length} under way`;
  for (let kills = 0; kills < options.kills;) {
    await requests.releaseHolds();
    await requests.sendMore();
    kills += await harm.strike(options.kills - kills);
    say(`${kills} kills; ${report()}`);
  }
  for (const end = Date.now() + PATIENCE_MS; requests.underWay.length > 0 && Date.now() < end;) {
    await requests.releaseHolds();
    await pause(250);
  }
  say(`end: ${report()}; reading the evidence`);
  const verdict = await judgeWorld(world, requests);
  const violations = [...harm.violations, ...verdict.violations];
  return { harm: harm.done, duplicates: requests.duplicates, verdict: { ...verdict, violations } };
}

async function judgeWorld(world: ChaosWorld, { sent }: ChaosRequests): Promise<Verdict> {
  const events = await world.drain();
  const productions = await Promise.all(
    world.pairs.map(async (pair) => ({ pair, production: await world.production(pair) })),
  );
  const [entries, effects] = await Promise.all([world.entries(), world.effects()]);
  return judge({ sent, events, seen: world.seen, entries, effects, productions });
}

runCommand(main);
