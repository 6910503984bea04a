import * as df from "durable-functions";
import type { OrchestrationContext } from "durable-functions";
import { startDurableApp, type DurableApp } from "../../support/durable-app";

/** The traps of durable-functions 3.5.0 that the engine reproduces (issues are those of its repository and the extension's). */
let app: DurableApp;

const soon = (context: OrchestrationContext, seconds: number) =>
  context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + seconds * 1000));

function register(): void {
  df.app.activity("echo", { handler: (input: unknown) => input });
  df.app.activity("fails", { handler: () => Promise.reject(new Error("no")) });
  const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
    /** Event consumed, timer cancelled, continue-as-new: in one turn, or with a yield in between. */
    *consumer(context) {
      const { turn, got, yields } = context.df.getInput<{ turn: number; got: number; yields: boolean }>();
      const timer = soon(context, 5);
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
      const timer = soon(context, 3_600);
      const event = context.df.waitForExternalEvent("go");
      yield context.df.Task.any([timer, event]);
      return "done";
    },
    *throwsString() {
      yield* [];
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- the trap itself
      throw "text";
    },
    *throwsEmpty() {
      yield* [];
      throw new Error("");
    },
    *retryTimeout(context) {
      const options = new df.RetryOptions(10_000, 100);
      options.retryTimeoutInMilliseconds = 15_000;
      return yield context.df.callActivityWithRetry("fails", options);
    },
    *child(context) {
      yield context.df.waitForExternalEvent("never");
    },
    *parent(context) {
      return yield context.df.callSubOrchestrator("child", null, `${context.df.instanceId}-child`);
    },
    *badStatus(context) {
      context.df.setCustomStatus("s".repeat(20_000));
      yield context.df.callActivity("echo", 1);
      return "done";
    },
  };
  for (const [name, orchestration] of Object.entries(orchestrations)) {
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
  }
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

test("2: an event consumed in the turn that cancels the timer and continues as new is delivered again in every generation; a yield between avoids it", async () => {
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

test.each(["throwsString", "throwsEmpty"])(
  "5: an orchestrator that %s never ends as Completed",
  async (name) => {
    const id = await start(name);
    await app.advance(10_000);
    expect((await status(id)).runtimeStatus).not.toBe("Completed");
  },
);

test("6: when the retry timeout has passed the SDK still expects a timer, and the instance hangs or drifts, but never succeeds", async () => {
  const id = await start("retryTimeout");
  await app.advance(120_000);
  expect((await status(id)).runtimeStatus).not.toBe("Completed");
});

test("8: terminating a child is not told to its parent as an ordinary failure, and terminating a parent leaves the child alone", async () => {
  const id = await start("parent");
  await app.call("POST", `instances/${id}-child/terminate?reason=x`);
  await app.settle();
  expect((await status(id)).runtimeStatus).toBe("Failed");
  const other = await start("parent");
  await app.call("POST", `instances/${other}/terminate?reason=x`);
  await app.settle();
  expect([(await status(other)).runtimeStatus, (await status(`${other}-child`)).runtimeStatus]).toEqual([
    "Terminated",
    "Running",
  ]);
});

test("a custom status over 16 KB fails the orchestration at once", async () => {
  const id = await start("badStatus");
  expect(await status(id)).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining("must not exceed 16 KB"),
  });
});
