import { startDurableHost, type DurableHost } from "./durable-host";

/** What the parent asks of this process. */
export type Ask = { readonly fill: number } | { readonly watchSeconds: number };

/** What this process tells; times are milliseconds since the epoch. */
export type Described =
  | { readonly kind: "progress"; readonly at: number }
  | { readonly kind: "up"; readonly at: number }
  | { readonly kind: "filled"; readonly seconds: number }
  | {
      readonly kind: "watched";
      readonly lateness: readonly number[];
      readonly rssBytes: number;
      readonly peakBytes: number;
      /** Share of one core. */
      readonly processor: number;
    };

const AT_ONCE = 40;
const TIMER_FIRED = 11;

let lateness: number[] = [];
let progressed = false;

function report(described: Described): void {
  process.send?.(described);
}

/** How late the timers are that this episode of a waiting loop acts on. */
function noteTimers(input: string): void {
  const now = Date.now();
  const { history } = JSON.parse(input) as {
    history: { EventType: number; IsPlayed: boolean; FireAt: string }[];
  };
  for (const event of history)
    if (event.EventType === TIMER_FIRED && !event.IsPlayed) lateness.push(now - Date.parse(event.FireAt));
}

async function main(directory: string): Promise<void> {
  const host = await startDurableHost({
    directory,
    app: "waiting-promotions",
    around: (app) => ({
      functions: app.functions,
      async invoke(name, request) {
        const input = request.inputData[0]?.data.string;
        if (name === "wait" && input !== undefined) noteTimers(input);
        const result = await app.invoke(name, request);
        if (!progressed && name === "wait") {
          progressed = true;
          report({ kind: "progress", at: Date.now() });
        }
        return result;
      },
    }),
  });
  report({ kind: "up", at: Date.now() });
  process.on("message", (ask: Ask) => {
    const work = "fill" in ask ? fill(host, ask.fill) : watch(ask.watchSeconds);
    work.then(report, fail);
  });
}

/** Requests one promotion per pair over HTTP and returns when all of them wait for readiness. */
async function fill(host: DurableHost, count: number): Promise<Described> {
  const began = performance.now();
  let next = 0;
  const lane = async () => {
    for (let n = next++; n < count; n = next++) {
      await requestPromotion(host, n);
      if (n % 1_000 === 999) console.error(`${n + 1} of ${count} promotions are requested`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  for (let n = 0; n < count; n++) await untilWaiting(host, n);
  return { kind: "filled", seconds: (performance.now() - began) / 1000 };
}

async function requestPromotion(host: DurableHost, n: number): Promise<void> {
  const request = { requestId: `r-${n}`, pair: `pair-${n}`, promote: "green", reason: "bench" };
  const reply = await fetch(`${host.host.origin}/api/promotions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  if (reply.status !== 202) throw new Error(`promotion ${n}: ${reply.status} ${await reply.text()}`);
  await reply.arrayBuffer();
}

async function untilWaiting(host: DurableHost, n: number): Promise<void> {
  for (;;) {
    const { body } = await host.call("GET", `entities/promotion/r-${n}`);
    const { waiting, conclusion } = body as { waiting?: { kind: string }; conclusion?: unknown };
    if (conclusion) throw new Error(`promotion ${n} ended: ${JSON.stringify(conclusion)}`);
    if (waiting?.kind === "readiness") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function watch(seconds: number): Promise<Described> {
  lateness = [];
  const cpu = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const { user, system } = process.cpuUsage(cpu);
  return {
    kind: "watched",
    lateness,
    rssBytes: process.memoryUsage.rss(),
    peakBytes: process.resourceUsage().maxRSS * 1024,
    processor: (user + system) / 1e6 / seconds,
  };
}

function fail(fault: unknown): void {
  console.error(fault);
  process.exit(1);
}

main(process.argv[2] ?? "").catch(fail);
