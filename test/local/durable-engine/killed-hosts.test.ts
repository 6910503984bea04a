import type { DurableEngine, EngineFaults, TaskHubOptions } from "../../../local/durable-engine";
import { useHostileApp } from "../../support/hostile-app";
import { episodes, gate, ran } from "../../support/hostile-functions";
import { atOnce } from "../../support/quick-queues";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";

const hostileApp = useHostileApp();
let world: HostileHub;

afterEach(() => world.stop());

async function open(options: Partial<TaskHubOptions>, hosts: readonly string[]): Promise<HostileHub> {
  world = await openHostileHub(hostileApp(), { ...options, hosts });
  return world;
}

/** Starts the second host of two, after the first has an activity under way that ends on demand. */
async function takeOver(visibilityMs: number): Promise<{ first: DurableEngine; finish: () => void }> {
  await open({ recovery: { ...atOnce, activitiesMs: visibilityMs } }, []);
  const first = await world.host("a");
  let finish: () => void = () => undefined;
  gate.wait = () => new Promise<void>((resolve) => (finish = resolve));
  await world.call("POST", "orchestrators/worker/w");
  await world.settle();
  gate.wait = undefined;
  await world.host("b");
  return {
    first,
    finish: () => {
      finish();
    },
  };
}

test("a killed host's activity runs on another host, and its late result is not stored", async () => {
  const { first, finish } = await takeOver(0);
  first.kill();
  await world.advance(100);
  expect(ran).toEqual(["first", "first", "second"]);
  finish();
  await world.settle();
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed", output: [2, 3] });
});

test("what a killed host had fetched stays hidden for the visibility delay", async () => {
  const { first } = await takeOver(30_000);
  first.kill();
  await world.advance(29_000);
  expect(ran).toEqual(["first"]);
  await world.advance(1_000);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed" });
});

test("a stopping host gives up slow work, which another host runs; its result is lost", async () => {
  const { first, finish } = await takeOver(0);
  await first.stop();
  await world.advance(100);
  finish();
  await world.settle();
  expect(ran).toEqual(["first", "first", "second"]);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed", output: [2, 3] });
});

test("a killed host never answers, and a host whose commit crashed reports it once", async () => {
  const crashed: string[] = [];
  const faults: EngineFaults = {
    atCommit: (step, { host }) => (step === "messages" && host === "a" ? "crash" : undefined),
  };
  await open({ faults }, []);
  const engine = await world.host("a", { onCrash: () => crashed.push("a") });
  let answered = 0;
  void world.call("POST", "orchestrators/worker/w").then(() => answered++);
  await world.settle();
  const request = { method: "GET", url: "/durabletask/instances/w", headers: {}, body: Buffer.alloc(0) };
  void engine.rpc(request).then(() => answered++);
  await world.settle();
  expect([crashed, answered, engine.load()]).toEqual([["a"], 0, { ready: 0, running: 0 }]);
});

test("two hosts share the work of one hub", async () => {
  const names = new Set<string>();
  const faults: EngineFaults = {
    atCommit: (_step, { host, kind }) => {
      if (kind !== "client") names.add(host);
      return undefined;
    },
  };
  await open({ faults }, ["a", "b"]);
  await world.advance(0);
  for (let id = 0; id < 10; id++) await world.call("POST", `orchestrators/worker/${id}`);
  await world.advance(1_000);
  expect([names.size, ran.length]).toEqual([2, 20]);
});

test("two hosts of one partition run the same episodes, but history has one writer", async () => {
  await open({ faults: { stealsLease: (id) => id === "w" } }, ["a", "b"]);
  await world.call("POST", "orchestrators/worker/w", "in");
  await world.advance(60_000);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed", input: "in" });
  expect(episodes.length).toBeGreaterThan(1);
  expect(ran.filter((input) => input === "first")).toHaveLength(2);
  const { body } = await world.call("GET", "instances/w?showHistory=true");
  const events = (body as { historyEvents: { EventType: string }[] }).historyEvents;
  expect(events.filter((event) => event.EventType === "TaskCompleted")).toHaveLength(2);
});

test("each host has its clock: history can step back, and the SDK's time then stops", async () => {
  await open({}, []);
  const ahead = { ...world.clock, now: () => world.clock.now() + 3_600_000 };
  const a = await world.host("a", { clock: ahead });
  await world.call("POST", "orchestrators/time/t");
  await world.settle();
  a.kill();
  await world.host("b");
  await world.call("POST", "instances/t/raiseEvent/go", 1);
  await world.settle();
  const { body } = await world.call("GET", "instances/t?showHistory=true");
  const [started, raised] = (body as { historyEvents: { Timestamp: string }[] }).historyEvents;
  expect(Date.parse(raised?.Timestamp ?? "")).toBe(Date.parse(started?.Timestamp ?? "") - 3_600_000);
  expect((await world.statusOf("t")).output).toBe(started?.Timestamp);
});

test("the pick decides the order of ready work, and equal picks give equal runs", async () => {
  const run = async (seed: number) => {
    ran.length = 0;
    let state = seed;
    const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
    await open({ random, pick: (n) => Math.floor(random() * n) }, ["a"]);
    const started = [1, 2, 3, 4].map((n) => world.call("POST", "orchestrators/parent", n));
    const bodies = (await Promise.all(started)).map(({ body }) => (body as { id: string }).id);
    await world.settle();
    const list = JSON.stringify((await world.call("GET", "instances/?showInput=false")).body);
    await world.stop();
    return [bodies, list];
  };
  const [first, again, other] = [await run(1), await run(1), await run(7)];
  expect(again).toEqual(first);
  expect(other[0]).not.toEqual(first[0]);
});

test("the pick decides which of two ready orchestrations begins", async () => {
  const begun: unknown[] = [];
  for (const pick of [0, 1]) {
    episodes.length = 0;
    await open({ pick: () => pick }, ["a"]);
    await Promise.all(["x", "y"].map((input) => world.call("POST", `orchestrators/worker/${input}`, input)));
    await world.settle();
    begun.push(episodes[0]);
    await world.stop();
  }
  expect(begun).toEqual(["x", "y"]);
});

test("a hub emptied under its live host forgets everything, and discards its work", async () => {
  await open({}, []);
  await world.host("a");
  let finish: () => void = () => undefined;
  gate.wait = () => new Promise<void>((resolve) => (finish = resolve));
  await world.call("POST", "orchestrators/worker/w");
  await world.call("POST", "orchestrators/sleeper/s");
  await world.call("POST", "entities/total/k?op=add", 1);
  await world.settle();
  await world.hub.clear();
  finish();
  await world.advance(120_000);
  expect((await world.call("GET", "instances/")).body).toEqual([]);
  expect((await world.call("POST", "orchestrators/time/w")).status).toBe(202);
});

test("an entity that is purged begins anew", async () => {
  await open({}, ["a"]);
  await world.call("POST", "entities/total/k?op=add", 1);
  await world.settle();
  await world.hub.purgeEntity("@total@k");
  expect((await world.call("GET", "entities/total/k")).status).toBe(404);
  await world.call("POST", "entities/total/k?op=add", 2);
  await world.settle();
  expect((await world.call("GET", "entities/total/k")).body).toEqual([2]);
});
