import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import { MemoryLevel } from "memory-level";
import { startDurableApp, type DurableApp } from "../../support/durable-app";
import { createVirtualClock } from "../../support/virtual-clock";

let ran = 0;
let beforeResult: () => void = () => undefined;

function register(): void {
  df.app.activity("count", {
    handler: () => {
      beforeResult();
      return ++ran;
    },
  });
  const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
    *hops(context) {
      const left = context.df.getInput<number>() ?? 0;
      if (left === 2) yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 5_000));
      if (left === 0) return yield context.df.waitForExternalEvent("go");
      context.df.continueAsNew(left - 1);
      return undefined;
    },
    *worker(context) {
      return yield context.df.callActivity("count");
    },
    *sleeper(context) {
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
      return "awake";
    },
  };
  for (const [name, orchestration] of Object.entries(orchestrations)) {
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
  }
}

const clock = createVirtualClock();
const database = new MemoryLevel();
let running: DurableApp | undefined;
const open = async (): Promise<DurableApp> =>
  (running = await startDurableApp({ register, clock, database }));
const close = async () => {
  await running?.stop();
  running = undefined;
};
afterEach(close);
const statusOf = async (app: DurableApp, id: string) => (await app.call("GET", `instances/${id}`)).body;

test("an event without a waiter survives two continue-as-new in one episode", async () => {
  const app = await open();
  await app.call("POST", "orchestrators/hops/h", 2);
  await app.settle();
  await app.call("POST", "instances/h/raiseEvent/go", "kept");
  await app.advance(5_000);
  expect(await statusOf(app, "h")).toMatchObject({ runtimeStatus: "Completed", output: "kept" });
});

test("an instance id that begins with an emoji is found again after a restart", async () => {
  const id = encodeURIComponent("\u{1F680}-1");
  let app = await open();
  await app.call("POST", `orchestrators/sleeper/${id}`);
  await app.settle();
  await close();
  app = await open();
  await app.advance(60_000);
  expect(await statusOf(app, id)).toMatchObject({ runtimeStatus: "Completed", output: "awake" });
});

test("an activity whose result could not be stored runs again without a restart", async () => {
  ran = 0;
  const app = await open();
  beforeResult = () => {
    jest.spyOn(database, "batch").mockRejectedValueOnce(new Error("disk full") as never);
    beforeResult = () => undefined;
  };
  await app.call("POST", "orchestrators/worker/a");
  await app.advance(2_000);
  expect(await statusOf(app, "a")).toMatchObject({ runtimeStatus: "Completed", output: 2 });
});
