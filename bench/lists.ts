import { openTaskHub } from "../local/durable-engine";
import { listToken } from "../src/contracts/list-token";
import { type IndexEntry, indexKey, newestFirst, PAGE_SIZE } from "../src/domain/pair/index-page";
import { emptyPair } from "../src/domain/pair/pair";
import { defaultPolicy } from "../src/domain/policy/policy";
import { type DurableApp, startDurableApp } from "../test/support/durable-app";
import { quickQueues } from "../test/support/quick-queues";
import { createVirtualClock } from "../test/support/virtual-clock";
import type { Benchmark, Row } from "./benchmark";
import { percentile } from "./distribution";
import { projectDirectory } from "./durable-host";
import { pairOf, registerMemoryProduct } from "./memory-product";
import { cpuMs, startProduct } from "./product/world";

const PAIRS = 4;
const PROMOTIONS = 100_000;
const CALLS = 20;
/** Calls of each kind before any is measured. */
const WARM_UP = 10;
const BEGAN = Date.parse("2006-01-01T00:00:00Z");
const BURST = 1_500;
const WEEK = 7 * 86_400_000;

/** They come in bursts: evenly spread, a place by its time would be found at the first guess. */
function timeOf(n: number): number {
  return BEGAN + n + Math.floor(n / BURST) * WEEK;
}

/** What a list costs where the promotion record is long. */
export const benchmark: Benchmark = {
  name: "lists",
  title: "Lists: pages of 20 promotions out of 100,000, over four pairs",
  async run() {
    const template = await aPromotion();
    process.env["BENCH_PAIRS"] = String(PAIRS);
    const clock = createVirtualClock();
    const settings = { hubName: "Bench", ...quickQueues };
    const hub = await openTaskHub({ settings, clock });
    fill(hub.entities, template);
    const app = await startDurableApp({
      clock,
      shared: { hub, host: "bench" },
      appDirectory: projectDirectory,
      register: () => {
        registerMemoryProduct({
          policy: defaultPolicy,
          green: "Busy",
          requestSwap: () => Promise.reject(new Error("nothing is swapped here")),
        });
      },
    });
    try {
      return await measure(app);
    } finally {
      await app.stop();
    }
  },
};

/** The entry of a plain promotion, as it is stored. */
async function aPromotion(): Promise<string> {
  const world = await startProduct();
  const id = await world.request();
  await world.advance({ minutes: 10 });
  const state = await world.promotion(id);
  await world.stop();
  return JSON.stringify(state);
}

type Entities = Awaited<ReturnType<typeof openTaskHub>>["entities"];

/** Entries are made when they are read: a hundred thousand of them would not fit into memory. */
function fill(entities: Entities, template: string): void {
  const put = (id: string, state: () => string) =>
    entities.set(id, {
      id,
      exists: true,
      lastOperationAt: 0,
      get state() {
        return state();
      },
    });
  const pages = new Map<string, IndexEntry[]>();
  for (let n = 0; n < PROMOTIONS; n++) {
    const requestId = `r-${n}`;
    const page = indexKey(pairOf(`pair-${n % PAIRS}`).key, Math.floor(n / PAIRS / PAGE_SIZE));
    pages.set(page, [...(pages.get(page) ?? []), { requestId, at: timeOf(n) }]);
    put(`@promotion@${requestId}`, () => stateOf(template, requestId, timeOf(n)));
  }
  for (const [page, entries] of pages) put(`@index@${page}`, () => JSON.stringify({ v: 1, entries }));
  const each = PROMOTIONS / PAIRS;
  const index = {
    page: Math.ceil(each / PAGE_SIZE) - 1,
    count: ((each - 1) % PAGE_SIZE) + 1,
    at: timeOf(PROMOTIONS - 1),
  };
  for (let n = 0; n < PAIRS; n++)
    put(`@pair@${pairOf(`pair-${n}`).key}`, () => JSON.stringify({ ...emptyPair, index }));
}

function stateOf(template: string, requestId: string, at: number): string {
  return template.replaceAll("r-1", requestId).replace(/"acceptedAt":\d+/, `"acceptedAt":${at}`);
}

async function measure(app: DurableApp): Promise<readonly Row[]> {
  const kinds: readonly Kind[] = [
    ["the first page", () => "", 20],
    ["one promotion", () => "top=1", 1],
    ["a page deep in the past, another each time", deep, 20],
    ["a pair", () => "pair=pair-2", 20],
    ["an outcome that fits", () => "outcome=promoted", 20],
    ["a phase that is history", () => "phase=concluded", 20],
    ["what is under way", () => "active=true", 0],
    ["an outcome that nothing has, one call", () => "outcome=halted", 0],
  ];
  for (const kind of kinds) for (let n = 0; n < WARM_UP; n++) await ask(app, kind, CALLS + n);
  await readEverything(app);
  const baseline = `every index page read and sorted: ${(await readEverything(app)).toFixed(0)} ms`;
  const rows: Row[] = [];
  for (const kind of kinds) {
    const [what] = kind;
    const times: number[] = [];
    const cpu = cpuMs();
    for (let n = 0; n < CALLS; n++) times.push(await ask(app, kind, n));
    const processor = (cpuMs() - cpu) / CALLS;
    rows.push({
      ...{ what: `${what}: median`, value: percentile(times, 0.5), unit: "ms", aim: "≤ 50" },
      ...(rows.length === 0 ? { baseline } : {}),
    });
    rows.push({ what: `${what}: processor`, value: processor, unit: "ms a call" });
  }
  return rows;
}

/** What is asked, with which query the n-th time, and how many promotions come. */
type Kind = readonly [what: string, query: (n: number) => string, shown: number];

function deep(n: number): string {
  const at = PROMOTIONS - 1 - (((n + 1) * 37_123) % (PROMOTIONS - 1_000));
  return `after=${listToken({ requestId: `r-${at}`, at: timeOf(at) })}`;
}

/** How long the answer took, in milliseconds. */
async function ask(app: DurableApp, [what, query, shown]: Kind, n: number): Promise<number> {
  const began = performance.now();
  const found = await list(app, query(n));
  if (found !== shown) throw new Error(`${what}: ${found} instead of ${shown}`);
  return performance.now() - began;
}

async function list(app: DurableApp, query: string): Promise<number> {
  const reply = await fetch(`${app.host.origin}/api/promotions?${query}`, {
    headers: { authorization: "Bearer x" },
  });
  const body = (await reply.json()) as { value?: unknown[] };
  return body.value?.length ?? -1;
}

async function readEverything(app: DurableApp): Promise<number> {
  const began = performance.now();
  const all: IndexEntry[] = [];
  for (let n = 0; n < PAIRS; n++) {
    for (let page = 0; page < PROMOTIONS / PAIRS / PAGE_SIZE; page++) {
      const { body } = await app.call("GET", `entities/index/${indexKey(pairOf(`pair-${n}`).key, page)}`);
      all.push(...(body as { entries: IndexEntry[] }).entries);
    }
  }
  all.sort(newestFirst);
  return performance.now() - began;
}
