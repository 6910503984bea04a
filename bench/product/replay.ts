import * as df from "durable-functions";
import type { LoadedApp } from "../../local/functions-host/contract";
import { installCoreModule } from "../../local/functions-host/load";
import { startDurableApp } from "../../test/support/durable-app";
import { createVirtualClock } from "../../test/support/virtual-clock";
import type { Row } from "../benchmark";
import { projectDirectory } from "../durable-host";
import { patient, readsPerHour } from "./waiting";
import { cpuMs, startProduct } from "./world";

const HOUR_MS = 3_600_000;
const WAIT_HOURS = 24;
const SAMPLED = [1, 6, 12, 24];
const NAIVE_POLLS = [120, 960];

/** One hour of a wait, or one loop: its episodes' inputs as handed to the SDK. */
interface Measured {
  readonly events: number;
  readonly kilobytes: number;
  readonly cpuMs: number;
}

/** History and replay of a promotion that waits for 24 hours, and of a loop that never continues as new. */
export async function measureReplay(): Promise<readonly Row[]> {
  const naive = await measureNaive();
  const against = (value: (m: Measured) => string) =>
    naive.map((m, i) => `${value(m)} after ${NAIVE_POLLS[i]} polls`).join(", ");
  const waited = await measureWait();
  const rows = waited.hours.map(({ hour, events, kilobytes, cpuMs }) => [
    { what: `hour ${hour} of a wait: longest history`, value: events, unit: "events" },
    { what: `hour ${hour} of a wait: largest request`, value: kilobytes, unit: "KB" },
    { what: `hour ${hour} of a wait: processor`, value: cpuMs, unit: "ms per episode" },
  ]);
  const baselines = [
    against((m) => m.events.toLocaleString("en-US")),
    against((m) => m.kilobytes.toFixed(0)),
    against((m) => m.cpuMs.toFixed(1)),
  ];
  return [
    readsPerHour("not ready", waited.reads / WAIT_HOURS),
    ...rows.flatMap((hour) =>
      hour.map((row, i) => ({ ...row, aim: "flat", baseline: `naive loop: ${baselines[i]}` })),
    ),
  ];
}

interface Waited {
  readonly hours: readonly (Measured & { readonly hour: number })[];
  /** Reads of Resource Manager by both services in all hours. */
  readonly reads: number;
}

async function measureWait(): Promise<Waited> {
  const inputs = new Map(SAMPLED.map((hour) => [hour, [] as string[]]));
  let begun = Infinity;
  const world = await startProduct({
    policy: patient,
    observe: (name, input) => {
      if (name === "wait") inputs.get(Math.ceil((world.clock.now() - begun) / HOUR_MS))?.push(input);
    },
  });
  world.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  begun = world.clock.now();
  await world.request();
  const before = world.calls.length;
  await world.advance({ hours: WAIT_HOURS });
  const reads = world.calls.length - before;
  const hours = [];
  for (const [hour, episodes] of inputs)
    hours.push({ hour, ...(await replay(world.app.host.app, "wait", episodes)) });
  await world.stop();
  return { hours, reads };
}

/** Waits as most people write it: one orchestration that polls and sleeps until the end. */
async function measureNaive(): Promise<readonly Measured[]> {
  installCoreModule();
  let last = "";
  let polls = 0;
  const app = await startDurableApp({
    appDirectory: projectDirectory,
    clock: createVirtualClock(),
    register: registerNaive,
    observe: ({ function: name, input }) => {
      if (name === "check") polls++;
      else last = input ?? "";
    },
  });
  await app.call("POST", "orchestrators/naive/naive-1");
  await app.settle();
  while (polls < NAIVE_POLLS[0]!) await app.advance(30_000);
  const measured = [];
  for (const count of NAIVE_POLLS) {
    const input = stretched(last, count);
    measured.push(await replay(app.host.app, "naive", Array<string>(10).fill(input)));
  }
  await app.stop();
  return measured;
}

function registerNaive(): void {
  df.app.activity("check", { handler: () => ({ verdict: "not-yet" }) });
  df.app.orchestration("naive", function* (context) {
    for (;;) {
      const seen = (yield context.df.callActivity("check")) as { verdict: string };
      if (seen.verdict === "ready") return;
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 30_000));
    }
  });
}

interface Event {
  readonly Timestamp: string;
  readonly [field: string]: unknown;
}

const EVENTS_A_POLL = 8;
const IDS_A_POLL = 2;

/** The history of that loop after more polls: its last poll, repeated with the next ids and times. */
function stretched(input: string, polls: number): string {
  const parsed = JSON.parse(input) as { history: Event[] };
  const { history } = parsed;
  const made = Math.floor(history.length / EVENTS_A_POLL);
  const cut = history.length - EVENTS_A_POLL;
  const block = history.slice(cut);
  const more = Array.from({ length: Math.max(0, polls - made) }, (_, i) =>
    block.map((event) => shifted(event, i + 1)),
  );
  return JSON.stringify({ ...parsed, history: [...history, ...more.flat()] }, null, 2);
}

function shifted(event: Event, polls: number): Event {
  const entries = Object.entries(event).map(([name, value]) => {
    if (["EventId", "TaskScheduledId", "TimerId"].includes(name) && typeof value === "number" && value >= 0)
      return [name, value + polls * IDS_A_POLL];
    if (["Timestamp", "FireAt"].includes(name) && typeof value === "string")
      return [name, new Date(Date.parse(value) + polls * 30_000).toISOString()];
    return [name, value];
  });
  return Object.fromEntries(entries) as Event;
}

/** Hands recorded episodes to the app again, a few times over, with nothing else running. */
async function replay(app: LoadedApp, name: string, episodes: readonly string[]): Promise<Measured> {
  const bindings = app.functions.find((fn) => fn.name === name)?.bindings ?? {};
  const binding = Object.values(bindings).find(({ type }) => type === "orchestrationTrigger")?.name ?? "";
  const passes = Math.max(1, Math.round(400 / episodes.length));
  const play = async () => {
    for (const string of episodes)
      await app.invoke(name, { inputData: [{ name: binding, data: { string } }] });
  };
  await play();
  const before = cpuMs();
  for (let pass = 0; pass < passes; pass++) await play();
  const spent = cpuMs() - before;
  const lengths = episodes.map((text) => (JSON.parse(text) as { history: unknown[] }).history.length);
  return {
    events: Math.max(...lengths),
    kilobytes: Math.max(...episodes.map((text) => text.length)) / 1000,
    cpuMs: spent / (passes * episodes.length),
  };
}
