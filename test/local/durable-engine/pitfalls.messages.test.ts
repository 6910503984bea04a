import * as df from "durable-functions";
import type { DurableClient, OrchestrationContext } from "durable-functions";
import { startDurableApp, type DurableApp } from "../../support/durable-app";

/** The traps in events, children, entities and the durable client, reproduced with the unmodified SDK (docs/pitfalls.md). */
let app: DurableApp;
let during: () => Promise<unknown> = () => Promise.resolve();

const later = (context: OrchestrationContext, ms: number) =>
  context.df.createTimer(new Date(context.df.currentUtcDateTime.getTime() + ms));

const orchestrations: Record<string, (context: OrchestrationContext) => Generator<df.Task>> = {
  /** Two generations; only the second waits for `note`, which may be raised before. */
  *generations(context) {
    if (context.df.getInput<{ n: number }>().n === 0) {
      yield later(context, 10_000);
      context.df.continueAsNew({ n: 1 });
      return undefined;
    }
    const note = context.df.waitForExternalEvent("note");
    const timer = later(context, 10_000);
    const winner = yield context.df.Task.any([note, timer]);
    if (winner === note) timer.cancel();
    return winner === note ? "carried" : "lost";
  },
  /** Waits twice for one name: an event that comes twice answers a later question. */
  *asksTwice(context) {
    const first = yield context.df.waitForExternalEvent("answer");
    yield context.df.callActivity("echo", "asking again");
    const second = yield context.df.waitForExternalEvent("answer");
    return [first, second];
  },
  /** Rounds of observing and waiting; how the loop checks its waiter decides whether a wake event is lost. */
  *rounds(context) {
    const { mode } = context.df.getInput<{ mode: "fresh" | "winner" | "completed" }>();
    let waiter = context.df.waitForExternalEvent("wake");
    for (let round = 0; round < 4; round++) {
      if (mode === "fresh" && round > 0) waiter = context.df.waitForExternalEvent("wake");
      yield context.df.callActivity("observe", round);
      if (mode === "completed" && waiter.isCompleted) return "seen";
      const timer = later(context, 10_000);
      const winner = yield context.df.Task.any([timer, waiter]);
      if (winner !== waiter) continue;
      timer.cancel();
      return "seen";
    }
    return "lost";
  },
  *child(context) {
    yield context.df.waitForExternalEvent("never");
  },
  *parent(context) {
    return yield context.df.callSubOrchestrator("child", null, `${context.df.instanceId}-child`);
  },
  *locks(context) {
    yield context.df.lock(new df.EntityId("ledger", "x"));
    return "locked";
  },
  *fragile(context) {
    const id = new df.EntityId("ledger", context.df.instanceId);
    try {
      yield context.df.callEntity(id, "poison");
    } catch (fault) {
      return [String(fault), yield context.df.callEntity(id, "read")];
    }
    return "no error";
  },
  *asks(context) {
    return yield context.df.callActivity("ask", context.df.getInput());
  },
  *quick() {
    yield* [];
    return "finished";
  },
};

function register(): void {
  df.app.activity("echo", { handler: (input: unknown) => input });
  df.app.activity("observe", { handler: (round: number) => (round === 1 ? during() : undefined) });
  df.app.activity("ask", {
    extraInputs: [df.input.durableClient()],
    handler: async ({ method, args }: { method: keyof DurableClient; args: unknown[] }, context) => {
      const client = df.getClient(context) as unknown as Record<string, (...of: unknown[]) => unknown>;
      try {
        return { answer: (await client[method]?.(...args)) ?? null };
      } catch (fault) {
        return { fault: String(fault) };
      }
    },
  });
  df.app.entity("ledger", (context: df.EntityContext<string>) => {
    if (context.df.operationName === "poison") {
      context.df.setState("half done");
      throw new Error("poisoned");
    }
    context.df.return(context.df.getState() ?? null);
  });
  for (const [name, orchestration] of Object.entries(orchestrations))
    df.app.orchestration(name, orchestration as unknown as df.OrchestrationHandler);
}

beforeAll(async () => {
  app = await startDurableApp({ register });
});
afterAll(() => app.stop());

const status = async (id: string) =>
  (await app.call("GET", `instances/${id}`)).body as { runtimeStatus: string; output: unknown };

let count = 0;
async function start(name: string, input?: unknown): Promise<string> {
  const id = `${name}-${++count}`;
  await app.call("POST", `orchestrators/${name}/${id}`, input);
  await app.settle();
  return id;
}

/** What the SDK's client answers inside an activity. */
async function ask(
  method: keyof DurableClient,
  ...args: unknown[]
): Promise<{ answer?: unknown; fault?: string }> {
  return (await status(await start("asks", { method, args }))).output as { answer?: unknown; fault?: string };
}

test("4: an event without a waiter survives continue-as-new, as on the real host", async () => {
  const id = await start("generations", { n: 0 });
  await app.call("POST", `instances/${id}/raiseEvent/note`, {});
  await app.advance(30_000);
  expect((await status(id)).output).toBe("carried");
});

test("4: an event delivered twice answers the next wait of the same name as well", async () => {
  const id = await start("asksTwice");
  await app.call("POST", `instances/${id}/raiseEvent/answer`, "yes");
  await app.call("POST", `instances/${id}/raiseEvent/answer`, "yes");
  await app.settle();
  expect((await status(id)).output).toEqual(["yes", "yes"]);
});

test("7: an entity's error arrives as [object Object], and its state before it stays", async () => {
  expect((await status(await start("fragile"))).output).toEqual(["Error: [object Object]", "half done"]);
});

test("8: a parent sees no plain failure of a terminated child; its own child runs on", async () => {
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

test("9: of starts of one id at once only one runs, and its input must be read back", async () => {
  const starts = ["a", "b", "c"].map((input) => app.call("POST", "orchestrators/parent/raced", input));
  const statuses = (await Promise.all(starts)).map((reply) => reply.status);
  expect(statuses.filter((code) => code === 202)).toHaveLength(1);
  expect(statuses.filter((code) => code === 409)).toHaveLength(2);
  await app.settle();
  expect(await status("raced")).toMatchObject({ runtimeStatus: "Running" });
  expect(await ask("startNew", "parent", { instanceId: "raced" })).toEqual({
    fault: expect.stringMatching(/409.*An Orchestration instance with the status Running already exists/),
  });
});

test("10: a lock is refused with a text that says what to use instead", async () => {
  expect(await status(await start("locks"))).toMatchObject({
    runtimeStatus: "Failed",
    output: expect.stringContaining("does not support critical sections (lock): use an entity as arbiter"),
  });
});

test("B: starting the id of a finished instance overwrites it silently", async () => {
  const id = await start("quick");
  const before = await status(id);
  expect(before.output).toBe("finished");
  expect(await ask("startNew", "parent", { instanceId: id })).toEqual({ answer: id });
  expect(await status(id)).toMatchObject({ name: "parent", runtimeStatus: "Running", output: null });
});

test("C: an absent instance is an error that names 404, an absent entity is not", async () => {
  expect(await ask("getStatus", "nobody")).toEqual({ fault: expect.stringContaining("HTTP 404") });
  expect(await ask("readEntityState", { name: "ledger", key: "nobody" })).toEqual({
    answer: { entityExists: false },
  });
});

test("D: raising an event at a finished instance, or terminating it, has no effect", async () => {
  const id = await start("quick");
  expect(await ask("raiseEvent", id, "approve", {})).toEqual({ answer: null });
  expect(await ask("terminate", id, "enough")).toEqual({ answer: null });
  expect(await status(id)).toMatchObject({ runtimeStatus: "Completed", output: "finished" });
  expect(await ask("raiseEvent", "nobody", "approve", {})).toHaveProperty("fault");
});

test.each([
  ["a fresh waiter in every round", "lost", "fresh"],
  ["one waiter, and only the winner looked at", "lost", "winner"],
  ["one waiter, and isCompleted looked at after every yield", "seen", "completed"],
])("E: an event that comes while the loop yields an activity, with %s, is %s", async (_how, output, mode) => {
  const id = `rounds-${++count}`;
  during = () => app.call("POST", `instances/${id}/raiseEvent/wake`, {});
  await app.call("POST", `orchestrators/rounds/${id}`, { mode });
  await app.advance(60_000);
  expect((await status(id)).output).toBe(output);
});

test("F: the client's prefix filter is ignored, and its list shows entities as Running", async () => {
  await start("fragile");
  const { answer } = await ask("getStatusBy", { instanceIdPrefix: "no-such-prefix" });
  const ids = (answer as { instanceId: string }[]).map((each) => each.instanceId);
  expect(ids.length).toBeGreaterThan(0);
  expect(ids.some((id) => id.startsWith("@ledger@"))).toBe(true);
});

test("I: ids enter addresses unescaped: an event for one id can end another instance", async () => {
  const id = await start("parent");
  expect(await ask("raiseEvent", `${id}/terminate?reason=`, "approve", {})).toEqual({ answer: null });
  expect((await status(id)).runtimeStatus).toBe("Terminated");
});
