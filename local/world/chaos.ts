import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judge, type Sent } from "./chaos-verdict";
import { Incarnation } from "./incarnation";
import { seededRandom } from "./seeded-random";
import type { ReceivedEvent } from "./bus";

/** How long after the last kill every promotion may take to its completion event. */
const PATIENCE_MS = 180_000;

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly json: boolean;
}

/**
 * `npm run chaos`: the real world as a process, killed with SIGKILL at random moments of promotions and started again
 * on the same data. What must hold is judged from the journal of effects and the events, not from logs.
 */
async function main(): Promise<void> {
  const options = parseOptions();
  const dataDirectory = mkdtempSync(join(tmpdir(), "cloud-service-swap-chaos-"));
  const say = (line: string) => {
    if (!options.json) console.log(line);
  };
  say(
    `seed ${options.seed}, ${options.kills} kills (replay: npm run chaos -- --kills ${options.kills} --seed ${options.seed})`,
  );
  const sent: Sent[] = [];
  const events: ReceivedEvent[] = [];
  let world = await Incarnation.start(dataDirectory, events);
  const random = seededRandom(options.seed);
  for (let kill = 1; kill <= options.kills; kill++) {
    await requestMore(world, sent, events, random);
    await new Promise((resolve) => setTimeout(resolve, random() * 5_000));
    await world.kill();
    say(`kill ${kill}: ${sent.length} promotions requested, ${concluded(sent, events)} concluded so far`);
    world = await Incarnation.start(dataDirectory, events);
  }
  const until = Date.now() + PATIENCE_MS;
  while (concluded(sent, events) < sent.length && Date.now() < until)
    await new Promise((resolve) => setTimeout(resolve, 250));
  const verdict = judge(sent, events, await world.journal(), await world.productions());
  await world.stop();
  const { violations, ...counts } = verdict;
  for (const violation of violations) console.error(`VIOLATION: ${violation} (seed ${options.seed})`);
  const lost = sent.length - concluded(sent, events);
  console.log(
    JSON.stringify({
      kills: options.kills,
      promotions: sent.length,
      ...counts,
      lost,
      violations: violations.length,
    }),
  );
  if (violations.length > 0 || lost > 0) {
    console.error(`the world's data is kept for a look: ${dataDirectory}`);
    process.exitCode = 1;
  } else {
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

/** One promotion under way per pair: the next one names the side that does not hold production. Sometimes sent twice. */
async function requestMore(
  world: Incarnation,
  sent: Sent[],
  events: readonly ReceivedEvent[],
  random: () => number,
): Promise<void> {
  for (const { pair, production } of await world.productions()) {
    const under = sent
      .filter((request) => request.pair === pair)
      .some((request) => !isConcluded(request, events));
    if (under && random() < 0.8) continue;
    const promote = production === "blue" ? "green" : "blue";
    const requestId = `chaos-${sent.length + 1}`;
    const request = { requestId, pair, promote, reason: "chaos", requestedBy: "chaos" } as const;
    await world.send(request);
    if (random() < 0.5) await world.send(request);
    sent.push(request);
  }
}

function isConcluded({ requestId }: Sent, events: readonly ReceivedEvent[]): boolean {
  return events.some(
    (e) => e.type === "cloud-service-swap.promotion.completed" && e.data.requestId === requestId,
  );
}

function concluded(sent: readonly Sent[], events: readonly ReceivedEvent[]): number {
  return sent.filter((request) => isConcluded(request, events)).length;
}

function parseOptions(): Options {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "10" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      json: { type: "boolean", default: false },
    },
  });
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
    throw new Error("Usage: npm run chaos -- [--kills N] [--seed N] [--json]");
  }
  return { kills, seed, json: values.json };
}

main().then(
  () => process.exit(),
  (fault: unknown) => {
    console.error(fault);
    process.exit(1);
  },
);
