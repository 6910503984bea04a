import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";
import { startDurableHost, type DurableHost } from "./durable-host";

const LEVELS = [
  { atOnce: 1, runs: 300 },
  { atOnce: 50, runs: 2_000 },
  { atOnce: 500, runs: 4_000 },
];
const WARM_UP = { atOnce: 50, runs: 500 };

/** Recorded of the real extension, on two cores with Azurite (not measured here). */
const REAL = {
  p50: "real extension on Azurite: 221 ms",
  rate: "real extension on Azurite: 4–6 per second at 50 at once",
  memory: "real extension on Azurite: 446 MiB",
};

/** The engine on disk, every commit flushed, driven through the unmodified SDK. */
export const benchmark: Benchmark = {
  name: "engine",
  title: "Engine: orchestrations of 5 sequential activities, on disk with fsync",
  async run() {
    const directory = mkdtempSync(join(tmpdir(), "bench-engine-"));
    try {
      const floor = diskFloor(directory);
      const runner = await startRunner(directory);
      await runner.runMany(WARM_UP);
      const rows: Row[] = [];
      for (const level of LEVELS) rows.push(...(await measureLevel(runner, level, floor)));
      const { maxRSS } = process.resourceUsage();
      rows.push({
        what: "memory, peak, everything in one process",
        value: maxRSS / 1024,
        unit: "MiB",
        aim: "≤ 150",
        baseline: REAL.memory,
      });
      await runner.host.stop();
      return rows;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

interface Level {
  readonly atOnce: number;
  readonly runs: number;
}

async function measureLevel(runner: Runner, level: Level, floor: string): Promise<Row[]> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const latencies = await runner.runMany(level);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const at = `${level.atOnce} at once`;
  return [
    {
      what: `${at}: orchestrations`,
      value: level.runs / seconds,
      unit: "per second",
      aim: level.atOnce === 1 ? undefined : "≥ 500",
      baseline: level.atOnce === 50 ? REAL.rate : undefined,
    },
    {
      what: `${at}: latency p50`,
      value: percentile(latencies, 0.5),
      unit: "ms",
      baseline: level.atOnce === 1 ? `${floor}; ${REAL.p50}` : undefined,
    },
    { what: `${at}: latency p99`, value: percentile(latencies, 0.99), unit: "ms" },
    // Alone, most of it would be our own looking for the end.
    ...(level.atOnce === 1
      ? []
      : [
          {
            what: `${at}: processor`,
            value: (user + system) / 1000 / level.runs,
            unit: "ms per orchestration",
          },
        ]),
  ];
}

interface Runner {
  readonly host: DurableHost;
  /** Keeps `atOnce` under way until `runs` have ended; from the start call to the completed status, in ms. */
  runMany(level: Level): Promise<number[]>;
}

async function startRunner(directory: string): Promise<Runner> {
  const ended = new Map<string, () => void>();
  const host = await startDurableHost({
    directory,
    app: "five-activities",
    around: (app) => ({
      functions: app.functions,
      async invoke(name, request) {
        const result = await app.invoke(name, request);
        const { json, string } = result.returnValue ?? {};
        const text = name === "chain" ? (json ?? string ?? "") : "";
        if (text.includes('"isDone":true')) ended.get(instanceOf(request.inputData[0]?.data.string))?.();
        return result;
      },
    }),
  });
  let count = 0;
  const runOne = async (): Promise<number> => {
    const id = `run-${++count}`;
    const began = performance.now();
    const done = new Promise<void>((resolve) => ended.set(id, resolve));
    await host.call("POST", `orchestrators/chain/${id}`);
    await done;
    ended.delete(id);
    await untilCompleted(host, id);
    return performance.now() - began;
  };
  return {
    host,
    async runMany({ atOnce, runs }) {
      const latencies: number[] = [];
      let left = runs;
      const lane = async () => {
        while (left-- > 0) latencies.push(await runOne());
      };
      await Promise.all(Array.from({ length: atOnce }, lane));
      return latencies;
    },
  };
}

function instanceOf(input: string | undefined): string {
  return /"instanceId":\s*"(run-\d+)"/.exec(input ?? "")?.[1] ?? "";
}

/** The orchestrator has returned; its commit is awaited by reading the status, as a client would. */
async function untilCompleted(host: DurableHost, id: string): Promise<void> {
  for (;;) {
    const { body } = await host.call("GET", `instances/${id}?showInput=false`);
    const { runtimeStatus, output } = body as { runtimeStatus: string; output: unknown };
    if (runtimeStatus === "Completed" && output === 30) return;
    if (runtimeStatus !== "Running" && runtimeStatus !== "Pending")
      throw new Error(`${id} ended ${runtimeStatus} with ${JSON.stringify(output)}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What five flushed writes one after another cost on the same disk: no durable engine can be faster than that. */
function diskFloor(directory: string): string {
  const file = openSync(join(directory, "floor"), "w");
  const record = Buffer.alloc(512);
  const samples = Array.from({ length: 200 }, () => {
    const began = performance.now();
    for (let write = 0; write < 5; write++) {
      writeSync(file, record);
      fsyncSync(file);
    }
    return performance.now() - began;
  });
  closeSync(file);
  return `5 flushed writes: ${percentile(samples, 0.5).toFixed(2)} ms`;
}
