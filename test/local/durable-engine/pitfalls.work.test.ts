import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import { MemoryLevel } from "memory-level";
import { startDurableApp, type DurableApp, type ObservedInvocation } from "../../support/durable-app";
import { createVirtualClock } from "../../support/virtual-clock";

/** The traps in payloads, repeated work and deployments, reproduced with the unmodified SDK (docs/pitfalls.md). */
let seen: ObservedInvocation[] = [];
let ran: string[] = [];
let deployed = "v1";
let release: () => void = () => undefined;

const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
  *steps(context) {
    ran.push("from the top");
    const { count, text } = context.df.getInput<{ count: number; text: string }>();
    for (let step = 0; step < count; step++) yield context.df.callActivity("echo", text);
    return "done";
  },
  *survives(context) {
    try {
      yield context.df.callActivity("explodes", 100_000);
    } catch (fault) {
      yield context.df.callActivity("echo", "going on");
      return (fault as Error).message.length;
    }
    return "no error";
  },
  *stranded(context) {
    return yield context.df.callActivity("not deployed");
  },
  *worker(context) {
    return yield context.df.callActivity("slow");
  },
  *changed(context) {
    yield context.df.callActivity(deployed === "v1" ? "slow" : "echo");
    return "done";
  },
  *versioned(context) {
    yield context.df.waitForExternalEvent("go");
    return context.df.version ?? "none";
  },
};

function register(): void {
  df.app.activity("echo", { handler: (input: unknown) => input });
  df.app.activity("explodes", {
    handler: (size: number) => Promise.reject(new Error("x".repeat(size))),
  });
  df.app.activity("slow", {
    handler: async () => {
      ran.push("slow");
      if (ran.length === 1) await new Promise<void>((resolve) => (release = resolve));
      return "done";
    },
  });
  for (const [name, orchestration] of Object.entries(orchestrations))
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
}

const clock = createVirtualClock();
const database = new MemoryLevel();
let running: DurableApp | undefined;
const close = async () => {
  await running?.stop();
  running = undefined;
};
async function open(settings: Record<string, unknown> = {}): Promise<DurableApp> {
  await close();
  const observe = (call: ObservedInvocation) => seen.push(call);
  running = await startDurableApp({
    register,
    clock,
    database,
    observe,
    settings: { hubName: "T", ...settings },
  });
  return running;
}
beforeEach(() => {
  [seen, ran, deployed] = [[], [], "v1"];
});
afterEach(close);

const status = async (app: DurableApp, id: string) =>
  (await app.call("GET", `instances/${id}`)).body as { runtimeStatus: string; output: unknown };
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("11: every step hands the whole history, with results, to the orchestrator again", async () => {
  const app = await open();
  await app.call("POST", "orchestrators/steps/s", { count: 20, text: "x".repeat(1_000) });
  await app.settle();
  const handed = seen.filter((call) => call.function === "steps").map((call) => call.input?.length ?? 0);
  expect(handed).toHaveLength(21);
  expect(handed.at(-1)).toBeGreaterThan(20 * 1_000);
  expect(handed.reduce((sum, length) => sum + length, 0)).toBeGreaterThan(200 * 1_000);
});

test("12: an exception's whole text enters the history and is replayed at every step", async () => {
  const app = await open();
  await app.call("POST", "orchestrators/survives/x");
  await app.settle();
  expect((await status(app, "x")).output).toBeGreaterThan(100_000);
  const handed = seen.filter((call) => call.function === "survives").map((call) => call.input?.length ?? 0);
  expect(handed.filter((length) => length > 100_000)).toHaveLength(2);
});

test("13: work without a function is never given up: its instance stays Running", async () => {
  const app = await open();
  await app.call("POST", "orchestrators/stranded/p");
  await app.advance(30 * 86_400_000);
  expect((await status(app, "p")).runtimeStatus).toBe("Running");
  expect(app.logged.some((line) => line.includes("does not exist: it stays Running for good"))).toBe(true);
});

test("14: an activity whose host dies runs again, and its effects happen twice", async () => {
  let app = await open();
  await app.call("POST", "orchestrators/worker/w");
  while (ran.length === 0) await turn();
  app = await open();
  await app.advance(600_000);
  expect(await status(app, "w")).toMatchObject({ runtimeStatus: "Completed", output: "done" });
  expect(ran).toEqual(["slow", "slow"]);
  release();
});

test("15: changed code fails a running instance; a newer version waits when rejected", async () => {
  let app = await open();
  await app.call("POST", "orchestrators/changed/c");
  while (ran.length === 0) await turn();
  deployed = "v2";
  release();
  await app.settle();
  expect(await status(app, "c")).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringMatching(/^Non-Deterministic workflow detected/),
  });
  app = await open({ defaultVersion: "2.0" });
  await app.call("POST", "orchestrators/versioned/v");
  await app.settle();
  app = await open({ defaultVersion: "1.0" });
  await app.call("POST", "instances/v/raiseEvent/go", {});
  await app.advance(600_000);
  expect((await status(app, "v")).runtimeStatus).toBe("Running");
  app = await open({ defaultVersion: "2.1" });
  await app.settle();
  expect(await status(app, "v")).toMatchObject({ runtimeStatus: "Completed", output: "2.0" });
});

test("17: extended sessions are refused: with a Node worker the real host never starts", async () => {
  await expect(open({ extendedSessionsEnabled: true })).rejects.toThrow(/extendedSessionsEnabled.*503/);
});
