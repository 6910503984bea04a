import { mkdtempSync, rmSync } from "node:fs";
import { subscribe } from "node:diagnostics_channel";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Benchmark } from "./benchmark";
import { percentile } from "./distribution";
import { startDurableHost, type DurableHost } from "./durable-host";

const PROMOTIONS = 300;
const WARM_UP = 20;

/** How long the deciding vote takes to become a PUT when everything else is ready. */
export const benchmark: Benchmark = {
  name: "vote-to-put",
  title: "Vote to PUT: from the deciding vote to the swap call, everything else ready, on disk",
  async run() {
    const directory = mkdtempSync(join(tmpdir(), "bench-vote-"));
    process.env["BENCH_PAIRS"] = String(PROMOTIONS + WARM_UP);
    const putAt = new Map<string, number>();
    subscribe("bench.put", (message) => {
      const { id, at } = message as { id: string; at: number };
      putAt.set(/pair-\d+/.exec(id)?.[0] ?? "", at);
    });
    const host = await startDurableHost({ directory, app: "voted-promotions" });
    try {
      const took: number[] = [];
      for (let n = 0; n < PROMOTIONS + WARM_UP; n++) {
        const ms = await voteOnce(host, n, putAt);
        if (n >= WARM_UP) took.push(ms);
      }
      return rowsOf(took);
    } finally {
      await host.stop();
      rmSync(directory, { recursive: true, force: true });
    }
  },
};

function rowsOf(took: readonly number[]) {
  const row = (what: string, value: number, aim?: string) => ({
    ...{ what: `vote sent → PUT, stableFor 0, ${what}`, value, unit: "ms", aim },
  });
  return [
    row("p50", percentile(took, 0.5)),
    row("p99", percentile(took, 0.99), "≤ 1,000"),
    row("longest", Math.max(...took)),
    { what: "promotions measured, one at a time", value: took.length, unit: "promotions" },
  ];
}

interface PromotionRecord {
  readonly waiting?: { readonly kind: string };
  readonly gate?: { readonly planHash: string };
  readonly conclusion?: { readonly reason: { readonly code: string } };
}

async function voteOnce(durable: DurableHost, n: number, putAt: Map<string, number>): Promise<number> {
  const pair = `pair-${n}`;
  const post = async (path: string, body: object) => {
    const reply = await fetch(`${durable.host.origin}/api/promotions${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${pair}: ${reply.status} ${text}`);
  };
  const until = async (holds: (record: PromotionRecord) => boolean): Promise<PromotionRecord> => {
    for (;;) {
      const record = (await durable.call("GET", `entities/promotion/r-${n}`)).body as PromotionRecord;
      if (holds(record)) return record;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  await post("", { requestId: `r-${n}`, pair, promote: "green", reason: "bench" });
  const { gate } = await until(
    ({ waiting, conclusion }) => waiting?.kind === "gate" || conclusion !== undefined,
  );
  const began = performance.now();
  await post(`/r-${n}/approvals`, { decision: "approve", planHash: gate?.planHash });
  const { conclusion } = await until((record) => record.conclusion !== undefined);
  const at = putAt.get(pair);
  if (at === undefined) throw new Error(`${pair} ended without a PUT: ${JSON.stringify(conclusion)}`);
  return at - began;
}
