import { fork, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";
import type { Ask, Described } from "./waiting-host";

const PROMOTIONS = 5_000;
/** Longer than the longest sleep of a waiting loop: every promotion is seen at least once. */
const WATCH_S = 65;
const WATCH_AFTER_RESTART_S = 20;
const MIB = 2 ** 20;

/** Many promotions of the product that wait for readiness, in one process, killed and started again. */
export const benchmark: Benchmark = {
  name: "waiting",
  title: `Waiting: ${PROMOTIONS.toLocaleString("en-US")} promotions wait for readiness, on disk, killed and restarted`,
  async run() {
    const directory = mkdtempSync(join(tmpdir(), "bench-waiting-"));
    try {
      const first = new Host(directory);
      await first.described("up");
      const filled = await first.ask({ fill: PROMOTIONS }, "filled");
      const watched = await first.ask({ watchSeconds: WATCH_S }, "watched");
      await first.kill();
      const second = new Host(directory);
      const [progress, up] = await Promise.all([second.described("progress"), second.described("up")]);
      const after = await second.ask({ watchSeconds: WATCH_AFTER_RESTART_S }, "watched");
      await second.kill();
      return [
        { what: "promotions brought to waiting", value: PROMOTIONS / filled.seconds, unit: "per second" },
        ...whileWaiting(watched),
        {
          what: "kill and restart: first progress, from the start of the process",
          value: (progress.at - second.began) / 1000,
          unit: "s",
          aim: "≤ 2",
          baseline: "real extension on Azurite: 0.6–2 s after start, with 30",
        },
        {
          what: "kill and restart: every timer armed and the HTTP API up",
          value: (up.at - second.began) / 1000,
          unit: "s",
        },
        latenessRow(`kill and restart: timer lateness p99 over ${WATCH_AFTER_RESTART_S} s`, after),
        { what: "kill and restart: memory", value: after.rssBytes / MIB, unit: "MiB", aim: "≤ 150" },
      ];
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

type Watched = Extract<Described, { kind: "watched" }>;

function whileWaiting(watched: Watched): Row[] {
  return [
    {
      what: `timers fired within ${WATCH_S} s`,
      value: watched.lateness.length,
      unit: "timers",
    },
    latenessRow("timer lateness p99", watched),
    { what: "timer lateness p50", value: percentile(watched.lateness, 0.5) / 1000, unit: "s" },
    { what: "processor", value: watched.processor * 100, unit: "% of one core" },
    { what: "memory after that", value: watched.rssBytes / MIB, unit: "MiB", aim: "≤ 150" },
    { what: "memory, peak", value: watched.peakBytes / MIB, unit: "MiB" },
  ];
}

function latenessRow(what: string, { lateness }: Watched): Row {
  return { what, value: percentile(lateness, 0.99) / 1000, unit: "s", aim: "≤ 1" };
}

/** One life of the process under measurement. */
class Host {
  readonly began = Date.now();
  readonly #child: ChildProcess;
  readonly #described: Described[] = [];

  constructor(directory: string) {
    this.#child = fork(join(__dirname, "waiting-host.js"), [directory], {
      env: { ...process.env, BENCH_PAIRS: String(PROMOTIONS) },
    });
    this.#child.on("message", (described: Described) => this.#described.push(described));
  }

  ask<K extends Described["kind"]>(ask: Ask, kind: K): Promise<Extract<Described, { kind: K }>> {
    this.#child.send(ask);
    return this.described(kind);
  }

  described<K extends Described["kind"]>(kind: K): Promise<Extract<Described, { kind: K }>> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.#described.find(
          (described): described is Extract<Described, { kind: K }> => described.kind === kind,
        );
        if (found) resolve(found);
        else if (this.#child.exitCode !== null) reject(new Error("the process under measurement ended"));
        else this.#child.once("message", check);
      };
      this.#child.once("exit", check);
      check();
    });
  }

  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }
}
