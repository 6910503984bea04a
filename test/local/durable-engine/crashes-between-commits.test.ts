import type { CommitWork, EngineFaults } from "../../../local/durable-engine";
import { useHostileApp } from "../../support/hostile-app";
import { episodes, ran } from "../../support/hostile-functions";
import { atOnce } from "../../support/quick-queues";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";

type Step = Parameters<NonNullable<EngineFaults["atCommit"]>>[0];

const hostileApp = useHostileApp();
let world: HostileHub;

afterEach(() => world.stop());

/** Kills the host before one step of the n-th such work. */
function crashAt(step: Step, kind: CommitWork["kind"], nth = 1): EngineFaults {
  let left = nth;
  return {
    atCommit: (at, work) => (at === step && work.kind === kind && --left === 0 ? "crash" : undefined),
  };
}

async function open(faults: EngineFaults, visibilityMs = 0): Promise<HostileHub> {
  const recovery = { ...atOnce, messagesMs: visibilityMs, activitiesMs: visibilityMs };
  world = await openHostileHub(hostileApp(), { faults, recovery });
  return world;
}

test("an episode that dies before its history leaks an activity, which runs twice", async () => {
  await open(crashAt("history", "orchestration"));
  await world.call("POST", "orchestrators/worker/w");
  await world.settle();
  expect(ran).toEqual([]);
  await world.host("b");
  await world.advance(10_000);
  expect((await world.statusOf("w")).runtimeStatus).toBe("Completed");
  expect(ran).toEqual(["first", "first", "second"]);
});

test("a leaked activity's result waits for its history, and the first result wins", async () => {
  await open(crashAt("history", "orchestration", 2), 5_000);
  await world.call("POST", "orchestrators/worker/w");
  await world.settle();
  await world.host("b");
  await world.settle();
  expect(ran).toEqual(["first", "second"]);
  await world.advance(60_000);
  expect(ran).toEqual(["first", "second", "second"]);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed", output: [1, 3] });
});

test("inputs not deleted are served again: an event counts twice, a start does not", async () => {
  await open(crashAt("inputs", "orchestration", 2));
  await world.call("POST", "orchestrators/gather/g");
  await world.settle();
  await world.call("POST", "instances/g/raiseEvent/go", "once");
  await world.settle();
  await world.host("b");
  await world.settle();
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed", output: ["once", "once"] });
});

test("a start that is served twice begins one execution", async () => {
  await open(crashAt("inputs", "orchestration"));
  await world.call("POST", "orchestrators/worker/w", "in");
  await world.settle();
  await world.host("b");
  await world.settle();
  expect((await world.statusOf("w")).runtimeStatus).toBe("Completed");
  expect([ran.length, episodes.length]).toEqual([2, 1]);
});

test("a host that dies between history and row leaves the row behind history", async () => {
  await open(crashAt("row", "orchestration"));
  await world.call("POST", "orchestrators/gather/g");
  await world.settle();
  await world.host("b");
  expect((await world.statusOf("g")).runtimeStatus).toBe("Pending");
  await world.call("POST", "instances/g/raiseEvent/go", 1);
  await world.settle();
  expect((await world.statusOf("g")).runtimeStatus).toBe("Running");
});

test("an activity whose input was not deleted runs again; its second result is ignored", async () => {
  await open(crashAt("inputs", "activity"));
  await world.call("POST", "orchestrators/worker/w");
  await world.settle();
  await world.host("b");
  await world.settle();
  expect(await world.statusOf("w")).toMatchObject({
    runtimeStatus: "Completed",
    output: [1, expect.anything()],
  });
  expect(ran.filter((input) => input === "first")).toHaveLength(2);
});

test("a client that dies between the start message and the row has started nothing", async () => {
  await open(crashAt("row", "client"));
  void world.call("POST", "orchestrators/worker/w");
  await world.settle();
  await world.host("b");
  await world.advance(30 * 60_000);
  expect((await world.call("GET", "instances/w")).status).toBe(404);
  expect(ran).toEqual([]);
  expect((await world.call("POST", "orchestrators/worker/w")).status).toBe(202);
  await world.settle();
  expect((await world.statusOf("w")).runtimeStatus).toBe("Completed");
});

test("two starts of one id at once both succeed, and one of their inputs runs", async () => {
  await open({ atCommit: () => undefined });
  const replies = await Promise.all([
    world.call("POST", "orchestrators/worker/w", "one"),
    world.call("POST", "orchestrators/worker/w", "other"),
  ]);
  await world.advance(60_000);
  expect(replies.map(({ status }) => status)).toEqual([202, 202]);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed", input: "one" });
  expect(ran).toHaveLength(2);
});

test("an entity batch served again repeats a client's signal, not an orchestration's", async () => {
  await open(crashAt("inputs", "entity"));
  await world.call("POST", "entities/total/k?op=add", 7);
  await world.settle();
  await world.host("b");
  await world.settle();
  expect((await world.call("GET", "entities/total/k")).body).toEqual([7, 7]);
  await world.stop();
  await open(crashAt("inputs", "entity"));
  await world.call("POST", "orchestrators/caller/c");
  await world.settle();
  await world.host("b");
  await world.settle();
  expect((await world.call("GET", "entities/total/k")).body).toEqual([1]);
  expect((await world.statusOf("c")).runtimeStatus).toBe("Completed");
});

test("an entity batch whose state was not written runs again after its reply", async () => {
  await open(crashAt("history", "entity"));
  await world.call("POST", "orchestrators/caller/c");
  await world.settle();
  await world.host("b");
  await world.settle();
  expect(await world.statusOf("c")).toMatchObject({ runtimeStatus: "Completed", output: [] });
  expect((await world.call("GET", "entities/total/k")).body).toEqual([1]);
});

test("a sub-orchestration of an uncommitted episode starts over with that episode", async () => {
  await open(crashAt("history", "orchestration"));
  await world.call("POST", "orchestrators/parent/p");
  await world.settle();
  await world.host("b");
  await world.advance(60_000);
  expect((await world.statusOf("p")).runtimeStatus).toBe("Completed");
  expect(ran.length).toBeGreaterThan(2);
});

test("a step that is held up leaves the work between two steps for so long", async () => {
  await open({
    atCommit: (step, { kind }) => (step === "row" && kind === "orchestration" ? 5_000 : undefined),
  });
  await world.call("POST", "orchestrators/gather/g");
  await world.advance(4_000);
  expect((await world.statusOf("g")).runtimeStatus).toBe("Pending");
  await world.advance(1_000);
  expect((await world.statusOf("g")).runtimeStatus).toBe("Running");
});
