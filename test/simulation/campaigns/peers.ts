import { seededRandom } from "../../../local/world/seeded-random";
import type { VirtualClock } from "../../support/virtual-clock";
import { randomWorld } from "../plans/random-world";
import type { WorldPlan } from "../plans/world-plan";
import { type PeerScript, plainScript, switchScript } from "./peer-scripts";
import { PeerWorld } from "./peer-world";
import type { SimulateOptions } from "./simulate";
import { isFaulted, ProductWorld, type Story } from "./story";

const PER = 10_000;
const LABEL = 52;
const WIDTH = 24;

/** Every measure counts requests; a run can have several. */
const measures = {
  doubleSwaps: "requests with more than one effective swap",
  lost: "requests without a reported outcome",
  unreadySwaps: "requests with a swap while an instance did not run",
  wrongSuccesses: "requests with a false success",
} as const;

type Worlds = "all" | "forgiving";
type Tally = Record<keyof typeof measures | "requests" | "swaps", number>;

/**
 * Plays every world with faults three times: with the product, a plain script and the published cmdlet. Reports the
 * results.
 */
export async function comparePeers(options: SimulateOptions, say: (line: string) => void): Promise<void> {
  const sums: Record<Worlds, Sum> = { all: noSum(), forgiving: noSum() };
  const until = options.seconds === undefined ? Infinity : performance.now() + options.seconds * 1000;
  const started = performance.now();
  let seed = options.seed;
  let runs = 0;
  for (; runs < options.runs && performance.now() < until; seed++) {
    const plan = randomWorld(seed);
    if (!isFaulted(plan)) continue;
    const stories = { ours: await new ProductWorld(plan).story(), ...(await playPeers(plan)) };
    add(sums.all, stories);
    // Azure's answer to a repeated PUT is unknown; only a toggle makes every repetition harmful.
    if (plan.repeatedPut !== "toggle") add(sums.forgiving, stories);
    runs++;
  }
  for (const line of table(sums.all, "faulted worlds")) say(line);
  for (const line of table(sums.forgiving, "of them, where a repeated PUT never rolls back")) say(line);
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  console.log(
    JSON.stringify({ runs, firstSeed: options.seed, lastSeed: seed - 1, seconds, per: PER, ...sums }),
  );
}

type Party = "ours" | PeerScript["name"];
type Sum = { runs: number } & Record<Party, Tally>;

function noSum(): Sum {
  return { runs: 0, ours: none(), plain: none(), switch: none() };
}

function add(sum: Sum, stories: Record<Party, Story>): void {
  sum.runs++;
  for (const party of ["ours", "plain", "switch"] as const) count(sum[party], stories[party]);
}

async function playPeers(plan: WorldPlan): Promise<Record<PeerScript["name"], Story>> {
  return { plain: await playPeer(plan, plainScript), switch: await playPeer(plan, switchScript) };
}

function none(): Tally {
  return { requests: 0, swaps: 0, doubleSwaps: 0, lost: 0, unreadySwaps: 0, wrongSuccesses: 0 };
}

function count(tally: Tally, { requests, answered, swaps, wronglyPromoted }: Story): void {
  const of = new Map<string, number>();
  for (const { request } of swaps) of.set(request, (of.get(request) ?? 0) + 1);
  tally.requests += requests.size;
  tally.swaps += swaps.length;
  tally.doubleSwaps += [...of.values()].filter((n) => n > 1).length;
  tally.lost += [...requests].filter((request) => !answered.has(request)).length;
  tally.unreadySwaps += new Set(swaps.filter(({ unready }) => unready).map(({ request }) => request)).size;
  tally.wrongSuccesses += wronglyPromoted.size;
}

/** A plan's world with one script. The SDK's retries take pauses and jitter from the process, here from the world. */
export async function playPeer(plan: WorldPlan, script: PeerScript): Promise<Story> {
  const world = new PeerWorld(plan, script);
  const { setTimeout, Math } = globalThis;
  const { random } = Math;
  globalThis.setTimeout = virtualTimeout(world.clock) as unknown as typeof setTimeout;
  Math.random = seededRandom(plan.seed);
  try {
    return await world.play();
  } finally {
    globalThis.setTimeout = setTimeout;
    Math.random = random;
  }
}

function virtualTimeout(clock: VirtualClock) {
  return (fire: () => void, ms = 0) => clock.setTimer(clock.now() + ms, fire);
}

function table({ runs, ours, plain, switch: cmdlet }: Sum, title: string): string[] {
  const cells = (cellOf: (tally: Tally) => string) =>
    [ours, plain, cmdlet].map((tally) => cellOf(tally).padStart(WIDTH)).join("");
  const per = (n: number) => (runs === 0 ? 0 : Math.round((n / runs) * PER));
  const heads = ["this product", plainScript.title, switchScript.title].map((head) => head.padStart(WIDTH));
  return [
    `\n${runs} ${title}; per ${PER} runs (counted in brackets)`,
    `${" ".repeat(LABEL)}${heads.join("")}`,
    ...(Object.keys(measures) as (keyof typeof measures)[]).map(
      (name) => measures[name].padEnd(LABEL) + cells((tally) => `${per(tally[name])} (${tally[name]})`),
    ),
    "effective swaps".padEnd(LABEL) + cells(({ swaps }) => String(swaps)),
    "requests".padEnd(LABEL) + cells(({ requests }) => String(requests)),
  ];
}
