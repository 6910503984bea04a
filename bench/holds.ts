import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./benchmark";
import { percentile } from "./distribution";
import { startDurableHost } from "./durable-host";

const PAIRS = 300;
const ROUNDS = 3;

/** How long it takes to stop every line at once, and to let all of them move again. */
export const benchmark: Benchmark = {
  name: "holds",
  title: "Stop-the-line: one hold over 300 pairs, on disk, with a broker that never answers",
  async run() {
    const directory = mkdtempSync(join(tmpdir(), "bench-holds-"));
    process.env["BENCH_PAIRS"] = String(PAIRS);
    const durable = await startDurableHost({ directory, app: "held-pairs" });
    const call = async (method: string, path: string, body: object) => {
      const began = performance.now();
      const reply = await fetch(`${durable.host.origin}/api/holds/${path}`, {
        ...{ method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
      });
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
      return (performance.now() - began) / 1_000;
    };
    const [set, released]: [number[], number[]] = [[], []];
    const rounds = async (broker: "answers" | "is silent") => {
      process.env["BENCH_BROKER"] = broker;
      set.splice(0);
      released.splice(0);
      for (let n = 0; n < ROUNDS; n++) {
        const id = `${broker.replace(" ", "-")}-${n}`;
        set.push(await call("PUT", "all", { id, reason: "bench" }));
        released.push(await call("DELETE", `all?id=${id}`, { note: "bench" }));
      }
      return [percentile(set, 0.5), Math.max(...set), percentile(released, 0.5)] as const;
    };
    try {
      await call("PUT", "all", { id: "warm-up", reason: "bench" });
      await call("DELETE", "all?id=warm-up", { note: "bench" });
      const one = await call("PUT", "pair-1", { id: "one", reason: "bench" });
      const [calm, , calmRelease] = await rounds("answers");
      const [median, longest, release] = await rounds("is silent");
      process.env["BENCH_BROKER"] = "answers";
      const began = performance.now();
      for (let n = 0; n < PAIRS; n++) await call("PUT", `pair-${n}`, { id: "in-turn", reason: "bench" });
      const inTurn = (performance.now() - began) / 1_000;
      const row = (what: string, value: number, aim?: string, baseline?: string) => {
        return { what, value, unit: "s", aim, baseline };
      };
      const calmly = (seconds: number) => `broker that answers: ${seconds.toFixed(2)} s`;
      return [
        row("PUT holds/all, 300 pairs → 200, median", median, "≤ 5", calmly(calm)),
        row(
          "PUT holds/all, 300 pairs → 200, longest",
          longest,
          "≤ 5",
          `one pair after another: ${inTurn.toFixed(1)} s`,
        ),
        row("DELETE holds/all, 300 pairs → 200, median", release, "≤ 5", calmly(calmRelease)),
        row("PUT holds/{pair} → 200", one),
      ];
    } finally {
      await durable.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};
