import { readFileSync } from "node:fs";
import { join } from "node:path";
import { installCoreModule } from "../local/functions-host/load";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";
import { projectDirectory } from "./durable-host";
import type { Layout } from "./instances/installation";
import type { Asked, Measurements } from "./instances/measure";

const PROMOTIONS = 40;
const SEED = 20261201;

const before = { partitions: 4, pollSeconds: 10, renamed: false } as const;

/** As host.json has it: these rows follow it. */
function committed(): Settings {
  const file = readFileSync(join(projectDirectory, "host.json"), "utf8");
  const { extensions } = JSON.parse(file) as {
    extensions: {
      durableTask: { storageProvider: { partitionCount: 1 | 4; maxQueuePollingInterval: string } };
    };
  };
  const { partitionCount: partitions, maxQueuePollingInterval } = extensions.durableTask.storageProvider;
  const pollSeconds = Number(maxQueuePollingInterval.split(":").at(-1)) as 1 | 10;
  return { partitions, pollSeconds, renamed: false };
}

type Settings = Omit<Layout["sharing"], "apart">;

interface Way {
  readonly what: string;
  readonly asked: Asked;
  readonly layout: (sharing: Settings) => Layout;
}

const ways: readonly Way[] = [
  {
    what: "one instance",
    asked: "the owner",
    layout: (sharing) => ({ instances: 1, sharing: { ...sharing, apart: false } }),
  },
  {
    what: "two, asked at the owner",
    asked: "the owner",
    layout: (sharing) => ({ instances: 2, sharing: { ...sharing, apart: false } }),
  },
  {
    what: "two, asked at the other",
    asked: "another one",
    layout: (sharing) => ({ instances: 2, sharing: { ...sharing, apart: false } }),
  },
  {
    what: "HTTP apart",
    asked: "any",
    layout: (sharing) => ({ instances: 1, sharing: { ...sharing, apart: true } }),
  },
];

const times = [
  ["POST → 202", "post", "≤ 2 s"],
  ["PUT hold → 200", "hold", "≤ 2 s"],
  ["vote → PUT, stableFor 0", "voteToPut", "≤ 3 s"],
  ["ready → PUT", "readyToPut", "≤ 1 s"],
  ["whole promotion", "whole", "≤ 1.2 × one instance"],
] as const;

/** What people wait for on one instance and on several, where polling intervals and not processors decide. */
export const benchmark: Benchmark = {
  name: "instances",
  title: "One instance and several: what waits for queues, and what a promotion puts through them",
  async run() {
    // Before anything of the app is loaded: it must meet the stand-in of the library's core module.
    installCoreModule();
    const { settleIn } = await import("../test/simulation/campaigns/campaign.js");
    const { measure } = await import("./instances/measure.js");
    const { measureEntitySize } = await import("./instances/entity-room.js");
    await settleIn();
    const settings = committed();
    const rows: Row[] = [];
    let calm: Measurements | undefined;
    for (const { what, asked, layout } of ways) {
      const now = await measure(layout(settings), asked, PROMOTIONS, SEED);
      const then = await measure(layout(before), asked, PROMOTIONS, SEED);
      calm ??= now;
      rows.push(...timesOf(what, now, then));
    }
    const alone = { instances: 1, sharing: { ...settings, apart: false } };
    return [...rows, ...(calm ? countsOf(calm) : []), ...(await measureEntitySize(alone, SEED))];
  },
};

function timesOf(what: string, now: Measurements, then: Measurements): Row[] {
  return times.flatMap(([name, key, aim]) => {
    const row = (share: number, said: string) => ({
      what: `${what}: ${name}, ${said}`,
      value: percentile(now[key], share) / 1_000,
      unit: "s",
      baseline: `10 s, 4 partitions: ${(percentile(then[key], share) / 1_000).toFixed(1)}`,
    });
    return [row(0.5, "median"), { ...row(1, "longest"), aim }];
  });
}

function countsOf({ traffic }: Measurements): Row[] {
  const { invocations, control, timers, workItems } = traffic;
  const sorted = [...invocations].sort(([, a], [, b]) => b - a);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  const count = (what: string, value: number, baseline?: string): Row => ({
    ...{ what: `a calm promotion: ${what}`, value, unit: "", baseline },
  });
  return [
    count("invocations", total, "with timers of a second: 217 on the real host, with whole ones 119"),
    ...sorted.slice(0, 6).map(([name, value]) => count(`invocations of ${name}`, value)),
    count("messages of control queues", control),
    count("of these timers", timers),
    count("messages of the work-item queue", workItems),
  ];
}
