import type { ObservedInvocation } from "../support/durable-app";
import { startScenario, type Scenario } from "../support/scenario";

/** How the waiting loop avoids the pitfalls of timers and events (docs/pitfalls.md). */
let scenario: Scenario;
let seen: ObservedInvocation[] = [];
/** Runs during the next role-state check. */
let during: (() => Promise<unknown>) | undefined;

beforeEach(async () => {
  seen = [];
  scenario = await startScenario({
    durable: {
      observe: (call) => seen.push(call),
      around: async (name, invoke) => {
        const direction = name === "checkRoleState" ? during : undefined;
        if (direction) during = undefined;
        await direction?.();
        return invoke();
      },
    },
  });
});
afterEach(() => scenario.stop());

const busy = (state: string) => {
  scenario.arm.service("shop-green")!.instances[0]!.state = state;
};
const count = (name: string) => seen.filter((call) => call.function === name).length;
const waitingOf = async (id: string) => (await scenario.promotion(id)).waiting!.instanceId;
const wake = async (id: string) =>
  scenario.app.call("POST", `instances/${await waitingOf(id)}/raiseEvent/wake`, {});
const cancel = (requestId: string) =>
  scenario.app.call("POST", `entities/pair/${scenario.key}?op=apply`, {
    ...{ kind: "cancel", requestId, id: "c-1", by: "Olga", note: "", at: scenario.clock.now() },
  });
const runOf = async (id: string) =>
  (await scenario.app.call("GET", `instances/promotion-${id}`)).body as { runtimeStatus: string };

test("1: a wait that is woken forty times shifts no id and still decides", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request();
  for (let i = 0; i < 40; i++) {
    await scenario.advance({ seconds: 7 + (i % 11) });
    await wake(id);
  }
  busy("RoleStateStarted");
  await scenario.advance({ minutes: 5 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect(scenario.app.logged.filter((line) => /id-drift|Non-Deterministic/.test(line))).toEqual([]);
});

test("2: one wake event starts one generation, is not repeated, and reads nothing", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request();
  await scenario.advance({ seconds: 70 });
  const [checks, generations] = [count("checkRoleState"), count("wait")];
  await wake(id);
  await scenario.app.settle();
  const more = count("wait") - generations;
  expect(more).toBeGreaterThan(0);
  expect(more).toBeLessThanOrEqual(6);
  await scenario.advance({ seconds: 15 });
  expect([count("checkRoleState") - checks, count("wait") - generations - more]).toEqual([0, 0]);
});

test("3: a wait that a wake event ends leaves no timer: its run completes at once", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request();
  await scenario.advance({ seconds: 70 });
  const waiting = await waitingOf(id);
  const at = scenario.clock.now();
  await cancel(id);
  await scenario.app.call("POST", `instances/${waiting}/raiseEvent/wake`, {});
  await scenario.app.settle();
  expect(scenario.clock.now()).toBe(at);
  expect(scenario.outcomeOf(id)).toBe("cancelled");
  expect((await runOf(id)).runtimeStatus).toBe("Completed");
});

test("4: a lost event delays a decision by one timer and never loses it", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request();
  await scenario.advance({ seconds: 70 });
  await cancel(id);
  await scenario.advance({ seconds: 60 });
  expect(scenario.outcomeOf(id)).toBe("cancelled");
});

test("4: a repeated or early wake event ends no later wait", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 20 });
  for (let i = 0; i < 5; i++) await wake(id);
  await scenario.advance({ minutes: 5 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect([scenario.puts(), scenario.effects()]).toEqual([1, 1]);
});

test("8: the reconciler restarts a run whose waiting child was terminated: one swap", async () => {
  const id = await scenario.request();
  await scenario.advance({ seconds: 70 });
  await scenario.app.call("POST", `instances/${await waitingOf(id)}/terminate?reason=oops`);
  await scenario.app.settle();
  expect((await runOf(id)).runtimeStatus).toBe("Failed");
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  expect([scenario.puts(), scenario.effects()]).toEqual([1, 1]);
});

test("8: a child of a terminated parent finds another run in charge and ends", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request();
  await scenario.advance({ seconds: 70 });
  const child = await waitingOf(id);
  await scenario.app.call("POST", `instances/promotion-${id}/terminate?reason=oops`);
  await scenario.app.settle();
  const started = { requestId: id };
  await scenario.app.call("POST", `orchestrators/promote/promotion-${id}`, started);
  await scenario.advance({ minutes: 6 });
  const { body } = await scenario.app.call("GET", `instances/${child}`);
  expect(body).toMatchObject({ runtimeStatus: "Completed", output: { ended: "superseded" } });
  expect((await scenario.promotion(id)).waiting?.instanceId).not.toBe(child);
});

test("16, G: every timer is at most 60 whole seconds plus the margin for its lag", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request({ readiness: { stableFor: "3m" } });
  await scenario.advance({ minutes: 10, seconds: 3 });
  await wake(id);
  busy("RoleStateStarted");
  await scenario.advance({ minutes: 10 });
  expect(scenario.outcomeOf(id)).toBe("promoted");
  const spans = seen
    .filter((call) => ["promote", "wait"].includes(call.function))
    .flatMap(
      (call) => (JSON.parse(call.input ?? "{}") as { history: Record<string, string | number>[] }).history,
    )
    .filter((event) => event["EventType"] === 10)
    .map((event) => Date.parse(String(event["FireAt"])) - Date.parse(String(event["Timestamp"])));
  expect(spans.length).toBeGreaterThan(20);
  expect(new Set(spans.map((ms) => ms % 1_000))).toEqual(new Set([400]));
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(1_400);
  expect(Math.max(...spans)).toBeLessThanOrEqual(60_400);
});

test("G: with timers in whole seconds, a wait takes one per check, none early", async () => {
  busy("RoleStateBusy");
  await scenario.request();
  await scenario.advance({ seconds: 20 });
  const [checks, episodes] = [count("checkRoleState"), count("wait")];
  await scenario.advance({ minutes: 2 });
  // Each round makes two checks and has at most five episodes; each generation adds one.
  const taken = (count("checkRoleState") - checks) / 2;
  expect(taken).toBeGreaterThanOrEqual(3);
  expect(count("wait") - episodes).toBeLessThanOrEqual(5 * taken + 2);
});

test("E: a cancel that arrives while the loop yields an activity ends the wait at once", async () => {
  busy("RoleStateBusy");
  const id = await scenario.request();
  await scenario.advance({ seconds: 70 });
  const waiting = await waitingOf(id);
  during = async () => {
    await cancel(id);
    await scenario.app.call("POST", `instances/${waiting}/raiseEvent/wake`, {});
  };
  while (during) await scenario.advance({ seconds: 1 });
  await scenario.app.settle();
  expect(scenario.outcomeOf(id)).toBe("cancelled");
});
