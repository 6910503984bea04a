import calm from "../../local/world/scenarios/calm.json";
import { activities } from "../../src/activities/activities";
import { defaultPolicy } from "../../src/domain/policy/policy";
import { aDeploymentWindow } from "../support/deployment-windows";
import type { ObservedInvocation } from "../support/durable-app";
import { type Scenario, type ScenarioOptions, startScenario } from "../support/scenario";

/** How the product handles repeated, late, oversized and failing work (docs/pitfalls.md). */
let scenario: Scenario;
let seen: ObservedInvocation[] = [];

type Around = NonNullable<NonNullable<ScenarioOptions["durable"]>["around"]>;

async function open(options: ScenarioOptions & { around?: Around; settings?: Record<string, unknown> } = {}) {
  seen = [];
  const { scenario: world, policy = {}, window, ...durable } = options;
  scenario = await startScenario({
    ...{ policy, window },
    ...(world === undefined ? {} : { scenario: world }),
    durable: { observe: (call) => seen.push(call), ...durable },
  });
}
afterEach(() => scenario.stop());

const of = (...names: string[]) => seen.filter((call) => names.includes(call.function));
const largest = (calls: readonly ObservedInvocation[]) => Math.max(...calls.map((c) => c.input?.length ?? 0));
const returned = (calls: readonly ObservedInvocation[]) =>
  Math.max(...calls.map((c) => JSON.stringify(c.returned ?? null).length));
const KIB = 1_024;

/** The size limits of inputs, results and state, far below the 64 KB above which Azure uses blobs. */
async function expectBounded(id: string): Promise<void> {
  const acts = seen.filter((call) => call.function in activities);
  expect(acts.length).toBeGreaterThan(0);
  expect(largest(acts)).toBeLessThan(16 * KIB);
  expect(returned(acts)).toBeLessThan(16 * KIB);
  // The whole indented history, as the SDK gets it at the last step.
  expect(largest(of("promote"))).toBeLessThan(192 * KIB);
  expect(largest(of("wait"))).toBeLessThan(192 * KIB);
  expect(JSON.stringify(await scenario.pair()).length).toBeLessThan(16 * KIB);
  expect(JSON.stringify(await scenario.promotion(id)).length).toBeLessThan(16 * KIB);
}
const runs = async () =>
  ((await scenario.app.call("GET", "instances?top=500")).body as { name: string; instanceId: string }[])
    .filter(({ name }) => name === "promote")
    .map(({ instanceId }) => instanceId);

test("5: the reconciler resumes a run whose activity threw text or an empty Error", async () => {
  const faults: unknown[] = ["text", new Error(""), {}];
  await open({
    around: async (name, invoke) => {
      if (name === "readObservedState" && faults.length > 0) throw faults.shift();
      return invoke();
    },
  });
  const id = await scenario.request();
  await scenario.advance({ minutes: 20 });
  expect(faults).toEqual([]);
  expect(scenario.logged.filter((line) => line.includes("[alert run-lost]"))).toHaveLength(3);
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect([scenario.puts(), scenario.effects()]).toEqual([1, 1]);
});

test("9: ten requests of one id at once are one run, one swap and one event", async () => {
  await open();
  const body = { requestId: "same", pair: "shop", promote: "green", reason: "test" };
  const replies = await Promise.all(
    Array.from({ length: 10 }, () => scenario.http("POST", "promotions", body)),
  );
  expect(replies.every(({ status }) => status < 300)).toBe(true);
  await scenario.advance({ minutes: 5 });
  expect(await runs()).toEqual(["promotion-same"]);
  expect([scenario.puts(), scenario.published.length]).toEqual([1, 1]);
});

test("B: a request that is repeated after its outcome starts nothing", async () => {
  await open();
  const id = await scenario.request();
  await scenario.advance({ minutes: 5 });
  const before = (await scenario.app.call("GET", `instances/promotion-${id}?showHistory=true`)).body;
  await scenario.advance({ minutes: 5 });
  const again = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  expect((await scenario.http("POST", "promotions", again)).body).toMatchObject({ outcome: "promoted" });
  await scenario.advance({ minutes: 5 });
  expect((await scenario.app.call("GET", `instances/promotion-${id}?showHistory=true`)).body).toEqual(before);
});

test("B: a concluded request does not run again, even when its instance was purged", async () => {
  await open();
  const id = await scenario.request();
  await scenario.advance({ minutes: 5 });
  expect((await scenario.app.call("DELETE", `instances/promotion-${id}`)).status).toBe(200);
  const again = { requestId: id, pair: "shop", promote: "green", reason: "test" };
  expect((await scenario.http("POST", "promotions", again)).body).toMatchObject({ outcome: "promoted" });
  await scenario.advance({ minutes: 5 });
  expect(await runs()).toEqual([]);
  expect(scenario.puts()).toBe(1);
});

/** Two services of 25 roles and 200 instances each. */
function largeWorld() {
  const world = structuredClone(calm);
  const roles = Array.from({ length: 25 }, (_, i) => ({
    name: `Role${i}OfAServiceWithLongNames`,
    capacity: 8,
  }));
  for (const pair of world.pairs) for (const service of [pair.blue, pair.green]) service.roles = roles;
  return world;
}

/** The longest history of a run, relative to that of its first round. */
function growth(): number {
  const sizes = of("promote").map((call) => call.input?.length ?? 0);
  return Math.max(...sizes) / Math.max(...sizes.slice(0, 30));
}

test("11: a run whose attempts are refused ten times keeps the history of one round", async () => {
  await open({ policy: { readiness: { pollMs: 30_000, stableForMs: 30_000, deadlineMs: 3_600_000 } } });
  const answer = { kind: "status", status: 409, code: "Conflict", message: "another operation" };
  scenario.arm.faults.add({ method: "PUT", url: "", skip: 0, times: 10, answer } as never);
  const id = await scenario.request();
  await scenario.advance({ minutes: 15 });
  expect(scenario.puts()).toBe(11);
  expect(growth()).toBeLessThan(1.5);
  expect([scenario.outcomeOf(id), scenario.effects()]).toEqual(["promoted", 1]);
});

test("11: a run that misses one window after another keeps the history of one round", async () => {
  let late = 6;
  await open({
    window: aDeploymentWindow({ allow: [{ cron: "*/5 * * * *", durationMs: 60_000, zone: "UTC" }] }),
    policy: {
      window: { deadlineMs: 86_400_000, rules: "r" },
      readiness: { pollMs: 10_000, stableForMs: 30_000, deadlineMs: 600_000 },
    },
    around: async (name, invoke) => {
      if (name === "attemptSwap" && late-- > 0) await scenario.clock.sleep(50_000);
      return invoke();
    },
  });
  const id = await scenario.request();
  await scenario.advance({ minutes: 50 });
  expect(of("attemptSwap")).toHaveLength(7);
  expect(growth()).toBeLessThan(1.5);
  expect([scenario.outcomeOf(id), scenario.effects()]).toEqual(["promoted", 1]);
});

test("11: a rollback that is refused ten times keeps the history of one round", async () => {
  await open({
    policy: {
      probes: [{ name: "home", url: "http://shop/", expect: {}, timeoutMs: 1_000 }],
      readiness: { pollMs: 5_000, stableForMs: 10_000, deadlineMs: 3_600_000 },
      soak: { ...defaultPolicy.soak, forMs: 60_000 },
    },
  });
  const id = await scenario.request();
  scenario.sites.set("v2", { status: 500 });
  const answer = { kind: "status", status: 409, code: "Conflict", message: "another operation" };
  for (let i = 0; i < 60 && scenario.effects() === 0; i++) await scenario.advance({ seconds: 5 });
  scenario.arm.faults.add({ method: "PUT", url: "", skip: 0, times: 10, answer } as never);
  await scenario.advance({ minutes: 10 });
  expect(scenario.puts()).toBe(12);
  expect(growth()).toBeLessThan(1.5);
  expect([scenario.outcomeOf(id), scenario.effects()]).toEqual(["rolled-back", 2]);
});

test("11: inputs, results and state stay small while 400 instances flap", async () => {
  await open({ scenario: largeWorld() });
  const worker = scenario.arm.service("shop-green")!.instances[0]!;
  const id = await scenario.request();
  for (let minute = 0; minute < 10; minute++) {
    worker.state = minute % 2 === 0 ? "RoleStateStarted" : "RoleStateBusy";
    await scenario.advance({ minutes: 1 });
  }
  worker.state = "RoleStateStarted";
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  await expectBounded(id);
});

test.each([
  ["GET", 0, 403],
  ["GET", 9, 500],
  ["GET", 20, 429],
  ["PUT", 0, 400],
  ["PUT", 0, 500],
])(
  "12: a 200 KB error text from Resource Manager (%s number %d, %d) is truncated",
  async (method, skip, status) => {
    await open({ policy: { swap: { ...defaultPolicy.swap, operationDeadlineMs: 60_000 } } });
    const answer = { kind: "status", status, code: "Boom", message: "x".repeat(200_000) };
    scenario.arm.faults.add({ method, url: "", skip, times: 1, answer } as never);
    const id = await scenario.request();
    await scenario.advance({ hours: 1 });
    expect(["promoted", "refused"]).toContain(scenario.outcomeOf(id));
    await expectBounded(id);
  },
);

test("13: an invalid request is answered at once and starts no durable work", async () => {
  await open();
  const good = { requestId: "r-x", pair: "shop", promote: "green", reason: "test" };
  const poison = [
    "text",
    [],
    { ...good, promote: "purple" },
    { ...good, requestId: "a/b?c" },
    { ...good, more: 1 },
    JSON.parse('{"__proto__": {"x": 1}}') as object,
    { ...good, reason: "x".repeat(20_000) },
  ];
  for (const body of poison) {
    const { status } = await scenario.http("POST", "promotions", body);
    expect([400, 413]).toContain(status);
  }
  expect((await scenario.http("POST", "promotions", { ...good, pair: "nowhere" })).status).toBe(404);
  await scenario.advance({ minutes: 5 });
  expect(await runs()).toEqual([]);
});

test("13: a promotion that always fails ends by its deadlines", async () => {
  await open({
    policy: {
      queue: { ...defaultPolicy.queue, deadlineMs: 60_000 },
      readiness: { ...defaultPolicy.readiness, deadlineMs: 180_000 },
    },
    around: (name, invoke) => (name === "planPromotion" ? Promise.reject(new Error("poison")) : invoke()),
  });
  const id = await scenario.request();
  await scenario.advance({ hours: 7 });
  expect(scenario.outcomeOf(id)).toBe("expired");
  expect((await scenario.pair()).registered).toEqual([]);
});

test("14: executing every activity twice at once gives one swap and one outcome", async () => {
  const twice: Around = async (name, invoke) => {
    if (!(name in activities)) return invoke();
    const [first] = await Promise.all([invoke(), invoke()]);
    return first;
  };
  await open({ around: twice });
  const id = await scenario.request();
  await scenario.advance({ minutes: 30 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect([scenario.puts(), scenario.effects()]).toEqual([1, 1]);
  expect(new Set(scenario.published.map((event) => event.id)).size).toBe(1);
});

test("14: an attempt that is executed again after the swap sends nothing", async () => {
  let late: (() => Promise<unknown>) | undefined;
  await open({
    around: (name, invoke) => {
      if (name === "attemptSwap") late ??= invoke;
      return invoke();
    },
  });
  const id = await scenario.request();
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  const again = late?.();
  await scenario.advance({ minutes: 2 });
  await again;
  expect([scenario.puts(), scenario.effects(), scenario.holder()]).toEqual([1, 1, "green"]);
});

test("15: the children of an older version's run have that version too", async () => {
  await open({ settings: { hubName: "Test", defaultVersion: "1.1" } });
  const body = { requestId: "old", pair: "shop", promote: "green", reason: "test" };
  await scenario.http("POST", "promotions", body);
  await scenario.app.settle();
  const left = (await scenario.promotion("old")).waiting?.instanceId;
  await scenario.app.call("POST", "instances/promotion-old/terminate?reason=redeploy");
  await scenario.advance({ seconds: 1 });
  await scenario.app.call("POST", "orchestrators/promote/promotion-old?version=1.0", { requestId: "old" });
  seen = [];
  await scenario.advance({ seconds: 40 });
  type Input = { instanceId: string; history: Record<string, unknown>[] };
  const children = of("wait").map((call) => JSON.parse(call.input ?? "") as Input);
  const versions = children
    .filter((child) => child.instanceId !== left)
    .map((child) => child.history.find((event) => event["EventType"] === 0)?.["Version"]);
  expect(new Set(versions)).toEqual(new Set(["1.0"]));
});

test("19: every episode that runs a second time gives the same answer", async () => {
  const differing: string[] = [];
  let compared = 0;
  await open({
    around: async (name, invoke) => {
      if (name !== "promote" && name !== "wait") return invoke();
      const [first, second] = [await invoke(), await invoke()];
      compared++;
      if (JSON.stringify(first) !== JSON.stringify(second)) differing.push(name);
      return first;
    },
  });
  scenario.arm.service("shop-green")!.instances[0]!.state = "RoleStateBusy";
  const id = await scenario.request();
  await scenario.advance({ minutes: 5 });
  scenario.arm.service("shop-green")!.instances[0]!.state = "RoleStateStarted";
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect(compared).toBeGreaterThan(80);
  expect(differing).toEqual([]);
});
