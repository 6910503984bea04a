import { defaultPolicy, type PairPolicy } from "../../src/domain/policy/policy";
import { type Scenario, startScenario } from "../support/scenario";

const probe = {
  name: "home",
  url: "http://shop/health",
  incomingUrl: "http://staging.shop/health",
  expect: {},
  timeoutMs: 1_000,
};
const watched: Partial<PairPolicy> = {
  readiness: { pollMs: 10_000, stableForMs: 20_000, deadlineMs: 10 * 60_000 },
  soak: { ...defaultPolicy.soak, forMs: 120_000 },
  probes: [probe],
  verification: { pollMs: 10_000, deadlineMs: 60_000 },
};

let scenario: Scenario;
afterEach(() => scenario.stop());

async function begin(policy: Partial<PairPolicy> = {}, request: Record<string, unknown> = {}) {
  scenario = await startScenario({ policy: { ...watched, ...policy } });
  return scenario.request(request);
}

async function until(phase: string, id: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    if ((await scenario.promotion(id)).phase === phase) return;
    await scenario.advance({ seconds: 5 });
  }
  throw new Error(`${id} never came to ${phase}`);
}

const event = (id: string) => scenario.published.find((each) => each.data.requestId === id)?.data;
const held = async () => (await scenario.pair()).holds.map(({ reason }) => reason.code);
const alerts = (code: string) => scenario.logged.filter((line) => line.includes(`[alert ${code}]`)).length;

test("a release that stays healthy during its soak is promoted with its evidence", async () => {
  const id = await begin();
  await until("soaking", id);
  expect((await scenario.promotion(id)).waiting).toMatchObject({
    kind: "soak",
    detail: expect.stringContaining("without trouble"),
  });
  await scenario.advance({ minutes: 3 });
  expect(event(id)).toMatchObject({
    outcome: "promoted",
    reason: {
      detail: expect.stringMatching(
        /monitored for 1\d\d s: no failure in \d\d checks of role instances and 1 probe/,
      ),
    },
    soak: { failures: 0, last: [{ verdict: "pass" }, { name: "home", verdict: "pass" }] },
    finalRead: { incoming: { slot: "production" } },
  });
  expect([scenario.puts(), scenario.effects(), await held()]).toEqual([1, 1, []]);
});

test("a regression in the soak is rolled back once, with a hold and an alert (I1)", async () => {
  const id = await begin();
  await until("soaking", id);
  scenario.sites.set("v2", { status: 500, body: "secret stack trace" });
  await scenario.advance({ minutes: 5 });
  expect(scenario.holder()).toBe("blue");
  expect([scenario.puts(), scenario.effects()]).toEqual([2, 2]);
  expect(event(id)).toMatchObject({
    outcome: "rolled-back",
    reason: {
      code: "regression",
      detail: expect.stringContaining(
        "probe home: status is 500, not 2xx; rolled back: shop-blue holds production",
      ),
    },
    attempts: [{ n: 1 }, { n: 2, direction: "rollback" }],
    soak: { failures: 1, last: [{ name: "home", verdict: "failure" }, { verdict: "pass" }] },
    rollback: { cause: "regression", by: "the soak" },
    finalRead: {
      incoming: { side: "blue", slot: "production" },
      outgoing: { side: "green", slot: "staging" },
    },
  });
  expect(event(id)?.phases.map(({ phase }) => phase)).toEqual(
    expect.arrayContaining(["swapping", "verifying", "soaking", "rolling-back", "concluded"]),
  );
  expect(await held()).toEqual(["regression"]);
  expect(alerts("rolled-back")).toBe(1);
  expect(JSON.stringify([scenario.published, scenario.logged])).not.toContain("secret stack trace");
  await scenario.advance({ minutes: 20 });
  expect([scenario.puts(), scenario.effects(), scenario.published.length]).toEqual([2, 2, 1]);
});

test("the rollback is a PUT for production of the old service", async () => {
  const id = await begin();
  await until("soaking", id);
  scenario.sites.set("v2", { status: 500 });
  await scenario.advance({ minutes: 5 });
  const puts = scenario.arm.journal.entries.filter(({ method }) => method === "PUT").map(({ url }) => url);
  expect(puts.map((url) => /cloudServices\/([\w-]+)\//.exec(url)?.[1])).toEqual(["shop-green", "shop-blue"]);
  expect(event(id)?.outcome).toBe("rolled-back");
});

test("production that never answers as the incoming service is a regression", async () => {
  const header = { name: "x-version", equals: "v9" };
  const { incomingUrl: _none, ...blind } = probe;
  const id = await begin({ probes: [{ ...blind, expect: { header } }] });
  await scenario.advance({ minutes: 10 });
  expect(event(id)).toMatchObject({
    outcome: "rolled-back",
    reason: { detail: expect.stringContaining('header x-version is "v2", not "v9"') },
  });
  expect(scenario.effects()).toBe(2);
});

test("production that cannot be probed is not verified and stays where it is", async () => {
  scenario = await startScenario({ policy: { ...watched, probes: [{ ...probe, incomingUrl: undefined }] } });
  scenario.sites.set("v2", { error: "the request failed (ECONNREFUSED)" });
  const id = await scenario.request();
  await scenario.advance({ minutes: 10 });
  expect(event(id)).toMatchObject({ outcome: "halted", reason: { code: "verification-failed" } });
  expect([scenario.effects(), scenario.holder()]).toEqual([1, "green"]);
});

test("an incoming side with a failing probe is not ready; the expiry names it", async () => {
  scenario = await startScenario({ policy: watched });
  scenario.sites.set("v2", { status: 503 });
  const id = await scenario.request();
  await scenario.advance({ minutes: 5 });
  expect((await scenario.promotion(id)).waiting?.detail).toContain(
    "green is not ready: probe home: status is 503",
  );
  await scenario.advance({ minutes: 6 });
  expect(event(id)).toMatchObject({ outcome: "expired", waitingFor: "readiness" });
  expect(scenario.puts()).toBe(0);
});

test("an irreversible release that regresses halts on hold", async () => {
  const id = await begin({}, { irreversible: true });
  await until("soaking", id);
  scenario.sites.set("v2", { status: 500 });
  await scenario.advance({ minutes: 5 });
  expect(event(id)).toMatchObject({
    outcome: "halted",
    reason: { code: "regression-irreversible", detail: "probe home: status is 500, not 2xx" },
    soak: { failures: 1 },
  });
  expect([scenario.puts(), scenario.effects(), scenario.holder()]).toEqual([1, 1, "green"]);
  expect(await held()).toEqual(["regression-irreversible"]);
});

test('a pair with rollback "never" halts at a regression', async () => {
  const id = await begin({ rollback: "never" });
  await until("soaking", id);
  scenario.sites.set("v2", { status: 500 });
  await scenario.advance({ minutes: 5 });
  expect(event(id)).toMatchObject({ outcome: "halted", reason: { code: "regression-kept" } });
  expect(scenario.effects()).toBe(1);
});

test("a few probe errors are tolerated; more halt, and nothing is rolled back", async () => {
  const id = await begin();
  await until("soaking", id);
  scenario.sites.set("v2", { error: "timeout" });
  await scenario.advance({ seconds: 30 });
  scenario.sites.delete("v2");
  await scenario.advance({ seconds: 60 });
  expect(event(id)).toBeUndefined();
  scenario.sites.set("v2", { error: "timeout" });
  await scenario.advance({ minutes: 2 });
  expect(event(id)).toMatchObject({ outcome: "halted", reason: { code: "soak-unmeasurable" } });
  expect([scenario.effects(), scenario.holder()]).toEqual([1, "green"]);
});

test("without probes a stopped instance of new production is a regression", async () => {
  const id = await begin({ probes: undefined });
  await until("soaking", id);
  scenario.arm.service("shop-green")!.instances[0]!.state = "RoleStateStopped";
  await scenario.advance({ minutes: 5 });
  expect(event(id)?.reason.detail).toContain("role instances: WebRole_IN_0");
});

test("a manual swap during the soak halts the promotion and is not reverted", async () => {
  const id = await begin({ probes: undefined });
  await until("soaking", id);
  scenario.arm.swapByHand("shop-blue");
  await scenario.advance({ minutes: 10 });
  expect(event(id)).toMatchObject({ outcome: "halted", reason: { code: "foreign-state" } });
  expect([scenario.puts(), scenario.holder()]).toEqual([1, "blue"]);
});

test("a request can ask for a longer soak, not for a shorter one", async () => {
  const id = await begin({}, { soak: { for: "5m" } });
  await until("soaking", id);
  await scenario.advance({ minutes: 4 });
  expect(event(id)).toBeUndefined();
  await scenario.advance({ minutes: 2 });
  expect(event(id)?.outcome).toBe("promoted");
});
