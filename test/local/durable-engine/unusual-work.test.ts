import type { EngineFaults } from "../../../local/durable-engine";
import { EventType } from "../../../local/durable-engine/history";
import { useHostileApp } from "../../support/hostile-app";
import { gate, ran } from "../../support/hostile-functions";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";

const hostileApp = useHostileApp();
let world: HostileHub;

afterEach(() => world.stop());

async function open(faults: EngineFaults): Promise<HostileHub> {
  world = await openHostileHub(hostileApp(), { faults });
  return world;
}

test("an activity is run twice in parallel, and the first result wins", async () => {
  let running = 0;
  let most = 0;
  gate.wait = async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  };
  await open({ onActivity: ({ taskId }) => (taskId === 0 ? { copies: 2 } : undefined) });
  await world.call("POST", "orchestrators/worker/w");
  await world.advance(1_000);
  expect([ran.length, most]).toEqual([3, 2]);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed", output: [1, 3] });
});

test("an activity starts late, and its result is held back", async () => {
  await open({
    onActivity: ({ taskId }) => (taskId === 0 ? { startDelayMs: 2_000, resultDelayMs: 3_000 } : {}),
  });
  await world.call("POST", "orchestrators/worker/w");
  await world.advance(1_999);
  expect(ran).toEqual([]);
  await world.advance(1);
  expect(ran).toEqual(["first"]);
  await world.advance(2_999);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Running" });
  await world.advance(1);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed" });
});

test("an activity outlives its instance, and its result does not reach the next one", async () => {
  await open({ onActivity: () => (ran.length === 0 ? { resultDelayMs: 60_000 } : undefined) });
  await world.call("POST", "orchestrators/worker/w");
  await world.settle();
  await world.call("POST", "instances/w/terminate?reason=enough");
  await world.settle();
  expect((await world.call("DELETE", "instances/w")).status).toBe(200);
  await world.call("POST", "orchestrators/gather/w");
  await world.advance(60_000);
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Running" });
});

test("events overtake each other, and are delivered twice", async () => {
  const { EventRaised } = EventType;
  await open({
    onDelivery: ({ type, name }) =>
      type === EventRaised && name === "go" ? { copies: 2, delayMs: 1_000 } : undefined,
  });
  await world.call("POST", "orchestrators/gather/g");
  await world.settle();
  await world.call("POST", "instances/g/raiseEvent/go", "one");
  await world.settle();
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Running" });
  await world.advance(1_000);
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed", output: ["one", "one"] });
});

test("signals arrive in another order than they were sent", async () => {
  let sent = 0;
  await open({
    onDelivery: ({ target }) => (target === "@total@k" && ++sent === 1 ? { delayMs: 1_000 } : undefined),
  });
  await world.call("POST", "entities/total/k?op=add", 1);
  await world.call("POST", "entities/total/k?op=add", 2);
  await world.advance(1_000);
  expect((await world.call("GET", "entities/total/k")).body).toEqual([2, 1]);
});

test("an event that overtakes the start of its instance is lost", async () => {
  await open({
    onDelivery: ({ type }) => (type === EventType.ExecutionStarted ? { delayMs: 1_000 } : undefined),
  });
  await world.call("POST", "orchestrators/ordered/o");
  await world.call("POST", "instances/o/raiseEvent/first", 1);
  await world.advance(2_000);
  await world.call("POST", "instances/o/raiseEvent/second", 2);
  await world.advance(60_000);
  expect(await world.statusOf("o")).toMatchObject({ runtimeStatus: "Running" });
});

test.each([
  ["early", -1_000],
  ["late", 1_000],
])("a timer is seen a second %s", async (_word, offset) => {
  await open({ timerOffsetMs: () => offset });
  await world.call("POST", "orchestrators/sleeper/s");
  await world.advance(59_000 + offset - 1);
  expect(await world.statusOf("s")).toMatchObject({ runtimeStatus: "Running" });
  await world.advance(1);
  expect(await world.statusOf("s")).toMatchObject({ runtimeStatus: "Completed", output: 59_000 + offset });
});

test.each([
  ["carried over", false, "Completed"],
  ["lost", true, "Running"],
])("events that nobody consumed are %s at continue-as-new", async (_word, loses, status) => {
  await open({ losesCarriedEvents: ({ events }) => loses && events.includes("kept") });
  await world.call("POST", "orchestrators/again/a", 0);
  await world.settle();
  await world.call("POST", "instances/a/raiseEvent/kept", 1);
  await world.call("POST", "instances/a/raiseEvent/go", 1);
  await world.settle();
  expect(await world.statusOf("a")).toMatchObject({ runtimeStatus: status });
});

test("an event that comes twice is carried twice, and never more (world 200114355)", async () => {
  let delivered = 0;
  await open({
    onDelivery: ({ name }) => {
      if (name !== "kept") return undefined;
      delivered++;
      return { copies: 2 };
    },
  });
  await world.call("POST", "orchestrators/generations/g", 10);
  await world.settle();
  await world.call("POST", "instances/g/raiseEvent/kept", 1);
  await world.settle();
  for (let left = 10; left >= 0; left--) {
    await world.call("POST", `instances/g/raiseEvent/go-${left}`, 1);
    await world.settle();
  }
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed" });
  expect(delivered).toBe(2 + 10 * 2);
});

test("an entity batch is cut and reordered; the rest runs in the next batch", async () => {
  const sizes: number[] = [];
  await open({
    reorderBatch: (_id, n) => {
      sizes.push(n);
      return n === 3 ? [2, 0] : undefined;
    },
  });
  await Promise.all([1, 2, 3].map((n) => world.call("POST", "entities/total/k?op=add", n)));
  await world.settle();
  expect(sizes).toEqual([3, 1]);
  expect((await world.call("GET", "entities/total/k")).body).toEqual([3, 1, 2]);
});

test("a suspended instance holds its events until it is resumed", async () => {
  await open({});
  await world.call("POST", "orchestrators/gather/g");
  await world.settle();
  await world.call("POST", "instances/g/suspend?reason=x");
  for (const n of [1, 2]) await world.call("POST", "instances/g/raiseEvent/go", n);
  await world.settle();
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Suspended" });
  await world.call("POST", "instances/g/resume?reason=x");
  await world.settle();
  expect(await world.statusOf("g")).toMatchObject({ runtimeStatus: "Completed", output: [1, 2] });
});

test("a finished id is overwritten, and a terminated parent leaves its child running", async () => {
  gate.wait = () => new Promise(() => undefined);
  await open({});
  await world.call("POST", "orchestrators/parent/p");
  await world.settle();
  await world.call("POST", "instances/p/terminate?reason=x");
  await world.settle();
  expect(await world.statusOf("p")).toMatchObject({ runtimeStatus: "Terminated" });
  expect(await world.statusOf("p-child")).toMatchObject({ runtimeStatus: "Running" });
  expect((await world.call("POST", "orchestrators/gather/p")).status).toBe(202);
  await world.settle();
  expect(await world.statusOf("p")).toMatchObject({ runtimeStatus: "Running", output: null });
});
