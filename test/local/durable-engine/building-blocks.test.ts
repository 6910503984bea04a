import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import { startDurableApp, type DurableApp } from "../../support/durable-app";

let app: DurableApp;
let calls: string[] = [];
let failures = 0;

function register(): void {
  df.app.activity("echo", {
    handler: (input: unknown) => {
      calls.push(JSON.stringify(input));
      return input;
    },
  });
  df.app.activity("flaky", {
    handler: () => {
      if (failures-- > 0) throw new Error("not yet");
      return "fine";
    },
  });
  df.app.activity("claim", {
    extraInputs: [df.input.durableClient()],
    handler: async (_input: unknown, context) => {
      const client = df.getClient(context);
      const id = new df.EntityId("counter", "claimed");
      await client.signalEntity(id, "add", 5);
      for (let i = 0; i < 50; i++) {
        const read = await client.readEntityState<number>(id);
        if (read.entityExists) return read.entityState;
      }
      return -1;
    },
  });
  df.app.entity("counter", (context: df.EntityContext<number>) => {
    const before = context.df.getState(() => 0) ?? 0;
    const input = context.df.getInput<number>() ?? 0;
    if (context.df.operationName === "poison") {
      context.df.setState(-1);
      throw new Error("poisoned");
    }
    if (context.df.operationName === "add") context.df.setState(before + input);
    context.df.return(context.df.operationName === "get" ? before : before + input);
  });
  const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
    *chain(context) {
      const a = yield context.df.callActivity("echo", { a: 1 });
      const both = yield context.df.Task.all([
        context.df.callActivity("echo", "x"),
        context.df.callActivity("echo", 2),
      ]);
      return { a, both };
    },
    *retries(context) {
      return yield context.df.callActivityWithRetry("flaky", new df.RetryOptions(5_000, 4));
    },
    *race(context) {
      const timer = context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 60_000));
      const event = context.df.waitForExternalEvent("go");
      const winner = yield context.df.Task.any([timer, event]);
      if (winner === event) timer.cancel();
      return winner === event ? (event as unknown as { result: unknown }).result : "late";
    },
    *entities(context) {
      const id = new df.EntityId("counter", "k");
      context.df.signalEntity(id, "add", 5);
      yield context.df.callEntity(id, "add", 7);
      return yield context.df.callEntity(id, "get");
    },
    *poison(context) {
      const id = new df.EntityId("counter", "p");
      try {
        yield context.df.callEntity(id, "poison");
      } catch (fault) {
        const seen = String(fault);
        return [seen, yield context.df.callEntity(id, "get")];
      }
      return "no error";
    },
    *parent(context) {
      return yield context.df.callSubOrchestrator("chain", null, `${context.df.instanceId}-child`);
    },
    *eternal(context) {
      const n = context.df.getInput<{ n: number }>()?.n ?? 0;
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 1_000));
      if (n < 3) {
        context.df.continueAsNew({ n: n + 1 });
        return undefined;
      }
      return n;
    },
    *longTimer(context) {
      yield context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + 10 * 86_400_000));
      return "ten days";
    },
    *relisted(context) {
      const tasks = [context.df.callActivity("echo", 1), context.df.callActivity("echo", 2)];
      yield context.df.Task.any(tasks);
      yield context.df.Task.any(tasks.filter((task) => !task.isCompleted));
      return yield context.df.callActivity("echo", 3);
    },
    *claims(context) {
      return yield context.df.callActivity("claim");
    },
  };
  for (const [name, orchestration] of Object.entries(orchestrations))
    df.app.orchestration(name, orchestration);
}

async function run(
  name: string,
  input?: unknown,
  ms = 0,
): Promise<{ runtimeStatus: string; output: unknown }> {
  await app.call("POST", `orchestrators/${name}/${name}-1`, input);
  await app.advance(ms);
  return (await app.call("GET", `instances/${name}-1`)).body as { runtimeStatus: string; output: unknown };
}

beforeAll(async () => {
  app = await startDurableApp({ register });
});
afterAll(() => app.stop());
beforeEach(() => {
  calls = [];
});

test("activities run in sequence and in parallel, and their results come back", async () => {
  expect(await run("chain")).toMatchObject({
    runtimeStatus: "Completed",
    output: { a: { a: 1 }, both: ["x", 2] },
  });
  expect(calls).toEqual(['{"a":1}', '"x"', "2"]);
});

test("a failing activity is retried with its delays until it succeeds", async () => {
  failures = 2;
  const started = app.clock.now();
  expect(await run("retries", undefined, 30_000)).toMatchObject({
    runtimeStatus: "Completed",
    output: "fine",
  });
  expect(app.clock.now() - started).toBe(30_000);
});

test("an event beats the timer, and a cancelled timer holds nothing open", async () => {
  await app.call("POST", "orchestrators/race/race-e");
  await app.settle();
  await app.call("POST", "instances/race-e/raiseEvent/go", { yes: 1 });
  await app.settle();
  expect((await app.call("GET", "instances/race-e")).body).toMatchObject({
    runtimeStatus: "Completed",
    output: { yes: 1 },
  });
});

test("the timer wins when nothing is raised, at most a second before its time", async () => {
  expect(await run("race", undefined, 58_900)).toMatchObject({ runtimeStatus: "Running" });
  await app.advance(1_100);
  expect((await app.call("GET", "instances/race-1")).body).toMatchObject({ output: "late" });
});

test("entity operations keep their order, and calls are answered", async () => {
  expect(await run("entities")).toMatchObject({ runtimeStatus: "Completed", output: 12 });
});

test("an entity that throws after setting its state keeps it; the error is opaque", async () => {
  expect((await run("poison")).output).toEqual(["Error: [object Object]", -1]);
});

test("a sub-orchestration with a given id answers its parent", async () => {
  expect(await run("parent")).toMatchObject({ runtimeStatus: "Completed" });
  expect((await app.call("GET", "instances/parent-1-child")).status).toBe(200);
});

test("continue-as-new keeps the instance and starts its history anew", async () => {
  expect(await run("eternal", { n: 0 }, 10_000)).toMatchObject({ runtimeStatus: "Completed", output: 3 });
  const { body } = await app.call("GET", "instances/eternal-1?showHistory=true");
  expect((body as { historyEvents: unknown[] }).historyEvents.length).toBeLessThan(6);
});

test("a timer of ten days is cut into legs and fires once they have passed", async () => {
  expect(await run("longTimer", undefined, 9.9 * 86_400_000)).toMatchObject({ runtimeStatus: "Running" });
  await app.advance(86_400_000);
  expect((await app.call("GET", "instances/longTimer-1")).body).toMatchObject({ output: "ten days" });
});

test("a task listed in two Task.any calls fails loudly as id drift", async () => {
  expect(await run("relisted")).toMatchObject({ runtimeStatus: "Failed" });
  expect(app.logged.some((line) => line.includes("id-drift"))).toBe(true);
});

test("an activity signals an entity and reads it back while it runs", async () => {
  expect(await run("claims")).toMatchObject({ runtimeStatus: "Completed", output: 5 });
});

test("starting a live id answers 409, a finished id is overwritten", async () => {
  await app.call("POST", "orchestrators/race/twice");
  expect((await app.call("POST", "orchestrators/race/twice")).status).toBe(409);
  await app.call("POST", "instances/twice/terminate?reason=enough");
  await app.settle();
  expect((await app.call("GET", "instances/twice")).body).toMatchObject({
    runtimeStatus: "Terminated",
    output: "enough",
  });
  expect((await app.call("POST", "orchestrators/race/twice")).status).toBe(202);
});
