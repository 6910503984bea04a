import { MemoryLevel } from "memory-level";
import { openTaskHub } from "../local/durable-engine";
import { installCoreModule } from "../local/functions-host/load";
import { quickQueues } from "../test/support/quick-queues";
import { startScenario } from "../test/support/scenario";
import { createVirtualClock } from "../test/support/virtual-clock";
import type { Benchmark, Row } from "./benchmark";
import { projectDirectory } from "./durable-host";

const PROMOTIONS = 24;
const RETAIN_HOURS = 3;

/** What promotions leave in the embedded store, and what is left when their retention is over. */
export const benchmark: Benchmark = {
  name: "storage",
  title: "Storage: bytes per 1,000 plain promotions, before and after their retention",
  async run() {
    installCoreModule();
    const clock = createVirtualClock(Date.parse("2026-11-24T12:00:00Z"));
    const database = new MemoryLevel();
    const hub = await openTaskHub({ settings: { hubName: "Bench", ...quickQueues }, clock, database });
    const world = await startScenario({
      clock,
      retainMs: RETAIN_HOURS * 3_600_000,
      durable: { shared: { hub, host: "bench" }, appDirectory: projectDirectory },
    });
    const empty = await weigh(database);
    for (let n = 0; n < PROMOTIONS; n++) {
      const id = await world.request({ promote: n % 2 === 0 ? "green" : "blue" });
      await world.advance({ minutes: 6 });
      if (world.outcomeOf(id) !== "promoted") throw new Error(`${id} ended ${world.outcomeOf(id)}`);
    }
    const before = await weigh(database);
    await world.advance({ hours: RETAIN_HOURS + 5 });
    const after = await weigh(database);
    await world.stop();
    return kinds.flatMap(([kind, what]): Row[] => {
      const each = (weights: Weights) => ((weights[kind] - empty[kind]) / PROMOTIONS) * 1_000;
      const row = (value: number, when: string) => ({
        what: `${what}: ${when}`,
        value: value / 1024,
        unit: "KiB",
      });
      return [
        row(each(before), "before"),
        { ...row(each(after), "after"), baseline: share(each(after), each(before)) },
      ];
    });
  },
};

function share(after: number, before: number): string {
  return before === 0 ? "" : `${((100 * after) / before).toFixed(0)} % of what it was`;
}

const kinds = [
  ["histories", "runs and waits with their histories"],
  ["promotion", "records of promotions"],
  ["audit", "audit pages"],
  ["operation", "operations of attempts"],
  ["index", "index pages"],
  ["all", "everything"],
] as const;

type Weights = Readonly<Record<(typeof kinds)[number][0], number>>;

async function weigh(database: MemoryLevel): Promise<Weights> {
  const weights = { histories: 0, promotion: 0, audit: 0, operation: 0, index: 0, all: 0 };
  for await (const [key, value] of database.iterator()) {
    const bytes = Buffer.byteLength(key) + Buffer.byteLength(value);
    weights.all += bytes;
    if (/^[ih]\//.test(key)) weights.histories += bytes;
    const [, entity] = /^e\/@(promotion|audit|operation|index)@/.exec(key) ?? [];
    if (entity) weights[entity as "promotion"] += bytes;
  }
  return weights;
}
