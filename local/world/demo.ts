import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api, countSwaps } from "./api";
import { Bus } from "./bus";
import { describeCompletion, describeFinalRead, describePrerequisite } from "./narration";
import { promoteUnderTraffic } from "./promote-under-traffic";
import { playApproval } from "./demo-approval";
import { playRegression } from "./demo-regression";
import { MORNING, playSchedule, sayAt, weekly } from "./demo-schedule";
import { travelTo } from "./time-travel";
import type { TrafficReport } from "./traffic";
import { startWorld, type World, type WorldStart } from "./world";
import { runCommand } from "./run-command";

/** The last line of a demo. */
interface Summary {
  readonly outcome: string;
  readonly effectiveSwaps: number;
  readonly puts: number;
  readonly gapMs: number;
}

const started = performance.now();

function say(line = ""): void {
  for (const each of line.split("\n")) {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
    console.log(each === "" ? "" : `${seconds} s  ${each}`);
  }
}

function heading(text: string): void {
  console.log(`\n== ${text}`);
}

interface Story {
  readonly play: (world: World) => Promise<object>;
  /** How its world differs from the default. */
  readonly setting?: Partial<WorldStart>;
}

/** All stories, by their name on the command line; the first is the default. */
const stories: Readonly<Record<string, () => Story>> = {
  promotion: () => ({ play: playPromotion }),
  refused: () => ({ play: playRefusal }),
  approval: () => ({
    setting: { approved: true },
    play: (world) => {
      introduce(world, "shop");
      return playApproval(world, { say, heading });
    },
  }),
  regression: () => ({
    setting: { scenario: "regression", probed: true },
    play: (world) => {
      introduce(world, "shop");
      return playRegression(world, { say, heading });
    },
  }),
  schedule: () => {
    const time = travelTo(MORNING);
    const pairs = { shop: weekly };
    return {
      setting: { scenario: "calm", speed: 10, clock: time, pairs, say: sayAt(time) },
      play: (world) => playSchedule(world, time, heading),
    };
  },
};

async function main(): Promise<void> {
  const story = stories[process.argv[2] ?? "promotion"]?.();
  if (process.argv.length > 3 || !story) {
    console.error(`Usage: npm run demo [-- ${Object.keys(stories).slice(1).join(" | ")}]`);
    process.exitCode = 2;
    return;
  }
  const dataDirectory = mkdtempSync(join(tmpdir(), "cloud-service-swap-demo-"));
  const usual = { dataDirectory, fresh: true, scenario: "default", speed: 2, say };
  const world = await startWorld({ ...usual, ...story.setting });
  try {
    const summary = await story.play(world);
    console.log(`\n${JSON.stringify(summary)}`);
  } finally {
    await world.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
}

function introduce({ description: world }: World, name: string): void {
  const pair = world.pairs.find((each) => each.name === name);
  heading("The world: everything runs in this process, on loopback");
  say(`function app       ${world.http}`);
  say(`Service Bus        127.0.0.1, queue ${world.requestQueue}, topic ${world.eventTopic}`);
  say(`Resource Manager   ${world.resourceManager} (journal: ${world.journal})`);
  say(`pair ${name}: production ${pair?.production ?? ""}, staging ${pair?.staging ?? ""}`);
}

async function playPromotion(world: World): Promise<Summary> {
  const { description } = world;
  introduce(world, "shop");
  const bus = new Bus(description);
  const request = {
    requestId: "demo-1",
    pair: "shop",
    promote: "green",
    reason: "release v2",
    requestedBy: "the demo",
    expect: { version: "v2" },
  };
  const { event, traffic } = await promoteUnderTraffic(description, bus, request, { say, heading });
  const report = await traffic.stop();
  describeTraffic(report);
  heading("Both services, re-read");
  describeFinalRead(event, say);
  heading(`The completion event, as received from the topic ${description.eventTopic}`);
  describeCompletion(event, say);
  heading("The same request is sent again");
  await bus.send(request);
  const again = await bus.completion(request.requestId, 2, 60_000);
  say(
    `outcome ${String(again.data.outcome)}, event id ${again.id}: ${again.id === event.id ? "the same event" : "ANOTHER EVENT"}`,
  );
  const summary = await summarise(description.journal, event.data.outcome ?? "unknown", report.gapMs);
  say(`Resource Manager received ${summary.puts} PUT; ${summary.effectiveSwaps} swap took effect`);
  await bus.close();
  const proved = summary.puts === 1 && summary.effectiveSwaps === 1 && again.id === event.id;
  if (!proved || event.data.outcome !== "promoted") process.exitCode = 1;
  return summary;
}

function describeTraffic(report: TrafficReport): void {
  heading("What the traffic saw");
  say(`${report.requests} requests, ${report.failures} failures, versions ${report.versions.join(" then ")}`);
  say(`longest time without an answer: ${report.gapMs} ms`);
}

async function playRefusal(world: World): Promise<Summary> {
  const { description } = world;
  introduce(world, "legacy");
  const bus = new Bus(description);
  const request = {
    requestId: "demo-refused-1",
    pair: "legacy",
    promote: "green",
    reason: "release v2",
    requestedBy: "the demo",
  };
  heading("Every prerequisite with its evidence (POST /api/plans writes nothing)");
  const plan = await new Api(description, "reader").plan({ pair: request.pair, promote: request.promote });
  for (const prerequisite of plan.prerequisites) describePrerequisite(prerequisite, say);
  heading(`A swap request is sent to the queue ${description.requestQueue}`);
  say(JSON.stringify(request));
  await bus.send(request);
  const event = await bus.completion(request.requestId, 1, 60_000);
  heading(`The completion event, as received from the topic ${description.eventTopic}`);
  describeCompletion(event, say);
  await bus.close();
  const summary = await summarise(description.journal, event.data.outcome ?? "unknown", 0);
  say(`Resource Manager received ${summary.puts} PUTs`);
  if (summary.outcome !== "refused" || summary.puts !== 0) process.exitCode = 1;
  return summary;
}

async function summarise(journal: string, outcome: string, gapMs: number): Promise<Summary> {
  return { outcome, ...(await countSwaps(journal)), gapMs };
}

runCommand(main);
