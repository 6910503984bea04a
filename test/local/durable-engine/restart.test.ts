import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import { MemoryLevel } from "memory-level";
import { startDurableApp, type DurableApp } from "../../support/durable-app";
import { createVirtualClock } from "../../support/virtual-clock";

let ran: string[] = [];
let release: () => void = () => undefined;

function register(): void {
  df.app.activity("slow", {
    handler: async () => {
      ran.push("slow");
      if (ran.length === 1) await new Promise<void>((resolve) => (release = resolve));
      return "done";
    },
  });
  df.app.entity("sum", (context: df.EntityContext<number>) => {
    context.df.setState((context.df.getState(() => 0) ?? 0) + (context.df.getInput<number>() ?? 0));
    context.df.return(context.df.getState());
  });
  const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
    *waiter(context) {
      yield context.df.callEntity(new df.EntityId("sum", "k"), "add", 1);
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
      const event = yield context.df.waitForExternalEvent("go");
      return { event, sum: yield context.df.callEntity(new df.EntityId("sum", "k"), "add", 1) };
    },
    *worker(context) {
      return yield context.df.callActivity("slow");
    },
    *versioned(context) {
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
      return context.df.version ?? "none";
    },
    *changed(context) {
      yield context.df.callActivity(ran.includes("v2") ? "slow2" : "slow");
      return "ok";
    },
  };
  df.app.activity("slow2", { handler: () => "other" });
  for (const [name, orchestration] of Object.entries(orchestrations)) {
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
  }
}

const database = new MemoryLevel();
const clock = createVirtualClock();
const open = (settings: Record<string, unknown> = {}): Promise<DurableApp> =>
  startDurableApp({ register, clock, database, settings: { hubName: "Test", ...settings } });
const statusOf = async (app: DurableApp, id: string) =>
  (await app.call("GET", `instances/${id}`)).body as { runtimeStatus: string; output: unknown };

test("waits, entities and activities go on after a restart; a running activity reruns", async () => {
  ran = [];
  let app = await open();
  await app.call("POST", "orchestrators/waiter/w");
  await app.advance(1_000);
  await app.call("POST", "instances/w/raiseEvent/go", { n: 1 });
  await app.settle();
  await app.call("POST", "orchestrators/worker/a");
  while (ran.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await app.stop();
  app = await open();
  await app.advance(60_000);
  expect(await statusOf(app, "w")).toMatchObject({
    runtimeStatus: "Completed",
    output: { event: { n: 1 }, sum: 2 },
  });
  expect(await statusOf(app, "a")).toMatchObject({ runtimeStatus: "Completed", output: "done" });
  expect(ran).toEqual(["slow", "slow"]);
  release();
  await app.stop();
});

test("an instance of a newer version waits until its deployment is back", async () => {
  let app = await open({ defaultVersion: "2.0" });
  await app.call("POST", "orchestrators/versioned/v");
  await app.settle();
  await app.stop();
  app = await open({ defaultVersion: "1.0" });
  await app.advance(120_000);
  expect(await statusOf(app, "v")).toMatchObject({ runtimeStatus: "Running" });
  await app.stop();
  app = await open({ defaultVersion: "3.0" });
  await app.settle();
  expect(await statusOf(app, "v")).toMatchObject({ runtimeStatus: "Completed", output: "2.0" });
  await app.stop();
});

test("code changed under a running instance fails it loudly as non-deterministic", async () => {
  ran = [];
  const app = await open();
  await app.call("POST", "orchestrators/changed/c");
  while (ran.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ran.push("v2");
  release();
  await app.settle();
  const status = await statusOf(app, "c");
  expect(status.runtimeStatus).toBe("Failed");
  expect(String(status.output)).toMatch(/^Non-Deterministic workflow detected/);
  await app.stop();
});
