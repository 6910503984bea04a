import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import { startDurableApp, type DurableApp } from "../../support/durable-app";

/**
 * The traps of durable-functions 3.5.0 in tasks, timers and failures, reproduced with the unmodified SDK. Numbers and
 * letters are those of docs/pitfalls.md; test/pitfalls shows how the product avoids each.
 */
let app: DurableApp;
let draws = 0;

type Orchestrations = Record<string, (context: OrchestrationContext) => Generator<df.Task>>;

const later = (context: OrchestrationContext, ms: number) =>
  context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));

const tasks: Orchestrations = {
  *relisted(context) {
    const both = [context.df.callActivity("echo", 1), context.df.callActivity("echo", 2)];
    yield context.df.Task.any(both);
    yield context.df.Task.any(both.filter((task) => !task.isCompleted));
    return yield context.df.callActivity("echo", 3);
  },
  *allFinished(context) {
    const done = context.df.callActivity("echo", 1);
    yield done;
    yield context.df.Task.all([done]);
    return "done";
  },
  *leftover(context) {
    const both = [context.df.callActivity("echo", 1), context.df.callActivity("echo", 2)];
    yield context.df.Task.any(both);
    for (const task of both.filter((each) => !each.isCompleted)) yield task;
    return yield context.df.callActivity("echo", 3);
  },
  /** Event consumed, timer cancelled, continue-as-new: in one turn, or with a yield in between. */
  *consumer(context) {
    const { turn, got, yields } = context.df.getInput<{ turn: number; got: number; yields: boolean }>();
    const timer = later(context, 5_000);
    const event = context.df.waitForExternalEvent("go");
    const winner = yield context.df.Task.any([timer, event]);
    const more = winner === event ? 1 : 0;
    if (winner === event) timer.cancel();
    if (yields) yield context.df.callActivity("echo", 1);
    if (turn < 4) {
      context.df.continueAsNew({ turn: turn + 1, got: got + more, yields });
      return undefined;
    }
    return got + more;
  },
  *openTimer(context) {
    const timer = later(context, 3_600_000);
    const event = context.df.waitForExternalEvent("go");
    yield context.df.Task.any([timer, event]);
    return "done";
  },
  *longTimer(context) {
    yield later(context, 10 * 86_400_000);
    return "ten days";
  },
};

const failures: Orchestrations = {
  *throwsString() {
    yield* [];
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the trap itself
    throw "text";
  },
  *throwsObject() {
    yield* [];
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- the trap itself
    throw { code: 1 };
  },
  *throwsEmpty() {
    yield* [];
    throw new Error("");
  },
  *throwsText() {
    yield* [];
    throw new Error("why");
  },
  *retryTimeout(context) {
    const options = new df.RetryOptions(10_000, 100);
    options.retryTimeoutInMilliseconds = 15_000;
    return yield context.df.callActivityWithRetry("fails", options);
  },
  *badStatus(context) {
    context.df.setCustomStatus("s".repeat(20_000));
    yield context.df.callActivity("echo", 1);
    return "done";
  },
  *random(context) {
    yield context.df.callActivity(draws++ === 0 ? "echo" : "other", 1);
    return "done";
  },
};

async function* asynchronous(context: OrchestrationContext): AsyncGenerator<df.Task> {
  await Promise.resolve();
  yield context.df.callActivity("echo", 1);
}

function register(): void {
  df.app.activity("echo", { handler: (input: unknown) => input });
  df.app.activity("other", { handler: (input: unknown) => input });
  df.app.activity("fails", { handler: () => Promise.reject(new Error("no")) });
  for (const [name, orchestration] of Object.entries({ ...tasks, ...failures })) {
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
  }
  df.app.orchestration("asynchronous", asynchronous as unknown as df.OrchestrationHandler);
}

beforeAll(async () => {
  app = await startDurableApp({ register });
});
afterAll(() => app.stop());

const status = async (id: string) =>
  (await app.call("GET", `instances/${id}`)).body as { runtimeStatus: string; output: unknown };

async function start(name: string, input?: unknown): Promise<string> {
  const id = `${name}-${String(app.clock.now())}`;
  await app.call("POST", `orchestrators/${name}/${id}`, input);
  await app.settle();
  return id;
}

test.each(["relisted", "allFinished"])(
  "1: a task listed again runs again and shifts every later id: %s never completes",
  async (name) => {
    const id = await start(name);
    await app.advance(60_000);
    expect((await status(id)).runtimeStatus).not.toBe("Completed");
    expect(app.logged.some((line) => line.includes("id-drift") && line.includes(name))).toBe(true);
  },
);

test("1: yielding the leftover task itself is safe", async () => {
  expect(await status(await start("leftover"))).toMatchObject({ runtimeStatus: "Completed", output: 3 });
});

test("2: an event consumed as the run continues as new comes again; a yield avoids it", async () => {
  const counts: unknown[] = [];
  for (const yields of [false, true]) {
    const id = await start("consumer", { turn: 1, got: 0, yields });
    await app.call("POST", `instances/${id}/raiseEvent/go`, {});
    await app.advance(60_000);
    counts.push((await status(id)).output);
  }
  expect(counts).toEqual([4, 1]);
});

test("3: a timer that is not cancelled keeps a finished orchestration running", async () => {
  const id = await start("openTimer");
  await app.call("POST", `instances/${id}/raiseEvent/go`, {});
  await app.settle();
  expect((await status(id)).runtimeStatus).toBe("Running");
  await app.advance(3_600_000);
  expect(await status(id)).toMatchObject({ runtimeStatus: "Completed", output: "done" });
});

test.each([
  ["throwsString", "Running"],
  ["throwsObject", "Running"],
  ["throwsEmpty", "Running"],
  ["throwsText", "Failed"],
])(
  "5: an orchestrator that throws no Error or no message stays Running: %s is %s",
  async (name, expected) => {
    const id = await start(name);
    await app.advance(3_600_000);
    expect((await status(id)).runtimeStatus).toBe(expected);
  },
);

test("6: after the retry timeout the SDK still counts a timer: here a loud id drift", async () => {
  const id = await start("retryTimeout");
  await app.advance(120_000);
  expect(await status(id)).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining("id-drift"),
  });
});

test("16: a timer of ten days is cut into legs of three days and fires after all", async () => {
  const id = await start("longTimer");
  await app.advance(9.9 * 86_400_000);
  expect((await status(id)).runtimeStatus).toBe("Running");
  await app.advance(86_400_000);
  expect(await status(id)).toMatchObject({ runtimeStatus: "Completed", output: "ten days" });
  const { body } = await app.call("GET", `instances/${id}?showHistory=true`);
  const events = (body as { historyEvents: { EventType: string }[] }).historyEvents;
  const fired = events.filter((event) => event.EventType === "TimerFired") as { Timestamp?: string }[];
  // Four legs, and short ones for the second by which the last of them fired early.
  expect(fired.length).toBeGreaterThan(3);
  expect(fired.slice(0, 4).map(({ Timestamp }) => Timestamp?.slice(8, 10))).toEqual(["04", "07", "10", "11"]);
});

test("19: code that decides otherwise when it is replayed fails as non-deterministic", async () => {
  expect(await status(await start("random"))).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining("Non-Deterministic workflow detected"),
  });
});

test("19: an async generator is accepted and never gets past its first yield", async () => {
  const id = await start("asynchronous");
  expect(await status(id)).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining("yielded data of type undefined"),
  });
});

test("H: a custom status over 16 KB fails the orchestration at once", async () => {
  expect(await status(await start("badStatus"))).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining("must not exceed 16 KB"),
  });
});
