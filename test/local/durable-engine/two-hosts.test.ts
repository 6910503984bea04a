import type { DurableEngine, TaskHubOptions } from "../../../local/durable-engine";
import { useHostileApp } from "../../support/hostile-app";
import { gate, ran } from "../../support/hostile-functions";
import { openHostileHub, type HostileHub } from "../../support/hostile-hub";

/**
 * Hosts on one hub, as measured with extension 3.19: a sender wakes only its own process's pollers, a partition has one
 * owner, and what a host leaves behind takes its time.
 */
const hostileApp = useHostileApp();
let world: HostileHub;

afterEach(() => world.stop());

async function open(storageProvider: object, options: Partial<TaskHubOptions> = {}): Promise<void> {
  const timeouts = { controlQueueVisibilityTimeout: "00:01:00", workItemQueueVisibilityTimeout: "00:00:30" };
  const settings = { hubName: "Test", storageProvider: { ...timeouts, ...storageProvider } };
  world = await openHostileHub(hostileApp(), { hosts: [], settings, recovery: undefined, ...options });
}

/** What a call of one host's management API answers. */
async function callAt(engine: DurableEngine, method: string, path: string, body: unknown = null) {
  const headers = { "content-type": "application/json" };
  return engine.rpc({
    method,
    url: `/durabletask/${path}`,
    headers,
    body: Buffer.from(JSON.stringify(body)),
  });
}

async function stateOf(key: string): Promise<unknown> {
  return (await world.call("GET", `entities/total/${key}`)).body;
}

const tenSeconds = { partitionCount: 1, maxQueuePollingInterval: "00:00:10" };
const oneSecond = { partitionCount: 1, maxQueuePollingInterval: "00:00:01" };

test.each([
  ["10 s", tenSeconds, 22_700],
  ["1 s", oneSecond, 20_500],
])(
  "after quiet, a signal to another host's partition waits for its poll: at most %s",
  async (_s, provider, at) => {
    await open(provider);
    await world.host("a");
    const b = await world.host("b");
    await world.advance(20_000);
    await callAt(b, "POST", "entities/total/k?op=add", 1);
    await world.advance(at - 20_000 - 1);
    expect(await stateOf("k")).toBeUndefined();
    await world.advance(1);
    expect(await stateOf("k")).toEqual([1]);
  },
);

test("a host finds what it sends to its own partition at once, even after a pause", async () => {
  await open(tenSeconds);
  const a = await world.host("a");
  await world.host("b");
  await world.advance(20_000);
  await callAt(a, "POST", "entities/total/k?op=add", 1);
  await world.settle();
  expect(await stateOf("k")).toEqual([1]);
});

test("an HTTP-only host owns no partition: its starts wait for the other host's poll", async () => {
  await open(oneSecond);
  const http = await world.host("http", { runsDurableFunctions: false });
  await callAt(http, "POST", "orchestrators/worker/w");
  await world.advance(60_000);
  expect(ran).toEqual([]);
  await world.host("durable");
  await world.settle();
  expect(await world.statusOf("w")).toMatchObject({ runtimeStatus: "Completed" });
  await world.advance(20_000);
  await callAt(http, "POST", "orchestrators/worker/again");
  await world.settle();
  expect(ran).toHaveLength(2);
  await world.advance(1_000);
  expect(ran).toHaveLength(4);
});

test("a second host takes its share of partitions, and each host serves its own", async () => {
  const served = new Map<string, Set<string>>();
  await open(
    { partitionCount: 4, maxQueuePollingInterval: "00:00:01" },
    {
      faults: {
        atCommit(_step, { host, kind, id }) {
          if (kind === "entity") served.set(id, (served.get(id) ?? new Set()).add(host));
          return undefined;
        },
      },
    },
  );
  await world.host("a");
  const b = await world.host("b");
  await world.advance(8_000);
  const keys = Array.from({ length: 20 }, (_, n) => `k${n}`);
  for (const key of [...keys, ...keys]) await callAt(b, "POST", `entities/total/${key}?op=add`, 1);
  await world.advance(1_000);
  const owners = [...served.values()].map((hosts) => [...hosts].join());
  expect(owners).toHaveLength(20);
  expect(new Set(owners)).toEqual(new Set(["a", "b"]));
});

test("an activity runs on its scheduling host; another host finds what exceeds a limit", async () => {
  const hosts: string[] = [];
  await open({ ...oneSecond }, {});
  const app = (name: string) => ({
    functions: hostileApp().functions,
    invoke: (fn: string, request: Parameters<ReturnType<typeof hostileApp>["invoke"]>[1]) => {
      if (fn === "count") hosts.push(name);
      return hostileApp().invoke(fn, request);
    },
  });
  const a = await world.host("a", {}, app("a"));
  await world.host("b", {}, app("b"));
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  gate.wait = () => finished;
  for (let n = 0; n < 12; n++) await callAt(a, "POST", `orchestrators/worker/${n}`);
  await world.settle();
  expect(hosts.join("")).toBe("a".repeat(10));
  await world.advance(1_000);
  expect(hosts.slice(10).join("")).toBe("bb");
  finish();
  await world.settle();
});

describe("timers are messages that queues hide for whole seconds", () => {
  const leftOf: readonly (readonly [number, number])[] = [
    [500, 10],
    [1_000, 10],
    [1_400, 1_500],
    [10_000, 12_700],
    [30_400, 32_700],
  ];
  test.each(leftOf)(
    "of %i ms on one host is found after %i ms when nothing else wakes its poller",
    async (ms, after) => {
      await open(tenSeconds);
      await world.host("a");
      await world.call("POST", "orchestrators/sleeper/s", ms);
      await world.advance(after - 1);
      expect((await world.statusOf("s")).runtimeStatus).toBe("Running");
      await world.advance(1);
      expect(await world.statusOf("s")).toMatchObject({ runtimeStatus: "Completed", output: after });
    },
  );

  test("with a poll every second none is more than a second late", async () => {
    await open(oneSecond);
    await world.host("a");
    await world.call("POST", "orchestrators/sleeper/s", 30_400);
    await world.advance(60_000);
    expect((await world.statusOf("s")).output).toBe(30_500);
  });
});

test("a name on a hub is one host's at a time", async () => {
  await open(oneSecond);
  await world.host("a");
  await expect(world.host("a")).rejects.toThrow(/runs on this hub already/);
});

describe("takeover", () => {
  test("a killed host's partitions are another one's after 22 to 36 s", async () => {
    for (const [roll, ms] of [
      [0, 22_000],
      [0.999_999, 36_000],
    ] as const) {
      await open(oneSecond, { random: () => roll });
      const a = await world.host("a");
      const b = await world.host("b");
      await world.advance(1_000);
      a.kill();
      await callAt(b, "POST", "entities/total/k?op=add", 1);
      await world.advance(ms - 1);
      expect(await stateOf("k")).toBeUndefined();
      await world.advance(1);
      expect(await stateOf("k")).toEqual([1]);
      await world.stop();
    }
  });

  test("a host back under its name has its partitions at once; another name waits", async () => {
    for (const [name, done] of [
      ["a", true],
      ["c", false],
    ] as const) {
      await open(oneSecond);
      const a = await world.host("a");
      await world.advance(1_000);
      a.kill();
      const back = await world.host(name);
      await callAt(back, "POST", "entities/total/k?op=add", 1);
      await world.settle();
      expect((await stateOf("k")) !== undefined).toBe(done);
      await world.stop();
    }
  });

  test("a message that a killed host had fetched stays hidden for a minute", async () => {
    let episodes = 0;
    await open(oneSecond, {
      faults: {
        atCommit: (step, { host, kind }) =>
          host === "a" && kind === "orchestration" && step === "history" && ++episodes === 2
            ? "crash"
            : undefined,
      },
    });
    const a = await world.host("a");
    await world.host("b");
    await callAt(a, "POST", "orchestrators/time/t");
    await world.settle();
    await callAt(a, "POST", "instances/t/raiseEvent/go");
    await world.advance(59_999);
    expect((await world.statusOf("t")).runtimeStatus).toBe("Running");
    await world.advance(1_001);
    expect((await world.statusOf("t")).runtimeStatus).toBe("Completed");
  });

  test("a killed host's activity runs again after the work-item visibility timeout", async () => {
    await open(oneSecond);
    const a = await world.host("a");
    gate.wait = () => new Promise(() => undefined);
    await callAt(a, "POST", "orchestrators/worker/w");
    await world.settle();
    gate.wait = undefined;
    a.kill();
    await world.host("a");
    await world.advance(29_999);
    expect(ran).toEqual(["first"]);
    await world.advance(1_001);
    expect(ran).toEqual(["first", "first", "second"]);
  });

  test("a host that stops in order hands over in 6 to 8 s, with everything it had found", async () => {
    await open(oneSecond);
    const a = await world.host("a");
    await world.host("b");
    await world.advance(1_000);
    await callAt(a, "POST", "orchestrators/sleeper/s", 3_400);
    await world.settle();
    await a.stop();
    await world.advance(5_999);
    expect((await world.statusOf("s")).runtimeStatus).toBe("Running");
    await world.advance(2_001);
    expect((await world.statusOf("s")).runtimeStatus).toBe("Completed");
  });
});
