import fc from "fast-check";
import type { ProbeResult } from "../../../../src/domain/cloud-service/probe";
import { checkPlannedRoles, type RoleStateCheck } from "../../../../src/domain/cloud-service/readiness";
import {
  decideSoak,
  evidenceOf,
  freshSoak,
  soakDeadline,
  type SoakDecision,
  type SoakMemory,
  watchRule,
} from "../../../../src/domain/cloud-service/soak";
import { identityOf } from "../../../../src/domain/plan/planning";
import { aService, found, NOW, someInstances } from "../../../support/observations";
import { runs } from "../../../support/runs";

const rule = watchRule({ forMs: 60_000, everyMs: 10_000, failures: 0, consecutiveErrors: 2 }, 20_000);
const green = identityOf("green", aService("green"));

const instances = (...states: string[]) =>
  checkPlannedRoles(green, found(someInstances("green", states)), NOW);
const running = instances("Started", "Started");
const busy = instances("Started", "Busy");
const stopped = instances("Started", "Stopped");
const missing = instances("Started");
const unread = checkPlannedRoles(green, { kind: "unavailable", detail: "503" }, NOW);
const gone = checkPlannedRoles(green, { kind: "absent", detail: "404" }, NOW);

const pass: ProbeResult = { name: "home", verdict: "pass", detail: "status 200 in 3 ms" };
const failure: ProbeResult = { name: "home", verdict: "failure", detail: "status is 500, not 2xx" };
const error: ProbeResult = { name: "home", verdict: "error", detail: "refused" };

interface Step {
  readonly after?: number;
  readonly platform?: RoleStateCheck;
  readonly probes?: readonly ProbeResult[];
}

/** Checks every 10 s by default; ends with the first decision that is not `again`. */
function watch(steps: readonly Step[], by = rule): { decision: SoakDecision; at: number; checks: number } {
  let memory: SoakMemory = freshSoak(NOW);
  let now = NOW;
  let decision: SoakDecision | undefined;
  for (const [i, { after = 10_000, platform = running, probes = [pass] }] of steps.entries()) {
    now += i === 0 ? 0 : after;
    decision = decideSoak(memory, { platform, probes, now }, by);
    memory = decision.memory;
    if (decision.kind !== "again") break;
  }
  if (!decision) throw new Error("nothing was looked at");
  return { decision, at: now - NOW, checks: memory.checks };
}

const times = (n: number, step: Step = {}): Step[] => Array.from({ length: n }, () => step);

test("a soak without trouble passes after its time, and says what it measured", () => {
  const { decision, at } = watch(times(20));
  expect({ kind: decision.kind, at }).toEqual({ kind: "pass", at: 60_000 });
  expect(decision.detail).toBe("monitored for 60 s: no failure in 7 checks of role instances and 1 probe");
  expect(watch(times(20, { probes: [] })).decision.detail).toContain("checks of role instances");
});

test("one failure is a regression where none is tolerated, with its evidence", () => {
  const { decision, at } = watch([...times(3), { probes: [failure] }]);
  expect(decision).toMatchObject({ kind: "regression", detail: "probe home: status is 500, not 2xx" });
  expect(at).toBe(30_000);
});

test("tolerated failures count over the whole soak, and delay its end", () => {
  const lenient = { ...rule, failures: 1 };
  const late = watch([...times(5), { probes: [failure] }, ...times(20)], lenient);
  expect({ kind: late.decision.kind, at: late.at }).toEqual({ kind: "pass", at: 80_000 });
  expect(late.decision.detail).toContain("1 tolerated failure in");
  const twice = watch([{ probes: [failure] }, ...times(3), { probes: [failure] }], lenient);
  expect(twice.decision.kind).toBe("regression");
});

test("errors in a row beyond the budget need a person, and are no regression", () => {
  const { decision, at } = watch([...times(2), ...times(5, { probes: [error] })]);
  expect({ kind: decision.kind, at }).toEqual({ kind: "cannot-measure", at: 40_000 });
  expect(decision.detail).toBe(
    "probe home could not be measured 3 times in a row: probe home could not be measured: refused",
  );
});

test("errors of a probe that are not in a row are tolerated", () => {
  const other: ProbeResult = { ...error, name: "api" };
  const { decision } = watch([
    ...times(4).flatMap(() => [{ probes: [error, pass] }, { probes: [pass, other] }]),
    ...times(3),
  ]);
  expect(decision.kind).toBe("pass");
});

test("a failure next to errors beyond the budget is a regression", () => {
  const other: ProbeResult = { ...failure, name: "api" };
  expect(watch([...times(2, { probes: [error] }), { probes: [error, other] }]).decision.kind).toBe(
    "regression",
  );
});

test.each([
  ["a stopped instance", stopped],
  ["a service that is gone", gone],
])("%s is a failure immediately", (_what, platform) => {
  expect(watch([{ platform }]).decision.kind).toBe("regression");
});

test("an instance that comes back is no failure, and prolongs the soak", () => {
  const { decision, at } = watch([...times(5), ...times(3, { platform: busy }), ...times(9)]);
  expect({ kind: decision.kind, at }).toEqual({ kind: "pass", at: 100_000 });
});

test.each([
  ["busy", busy],
  ["missing from the list", missing],
])("an instance that stays %s for twice the soak and its steady time is a regression", (_what, platform) => {
  const { decision, at } = watch(times(60, { platform }));
  expect({ kind: decision.kind, at }).toEqual({ kind: "regression", at: 140_000 });
  expect(decision.detail).toContain("production has not run for 20 s without a break");
});

test("an instance that keeps failing is a regression although it recovers each time", () => {
  const described = [10_000, 20_000].map((after) => {
    const { decision } = watch(times(30).flatMap(() => [{ platform: busy, after }, { after }]));
    return `${decision.kind} ${decision.detail}`;
  });
  const since = "regression since 2026-11-24T12:00:00.000Z production has not run for 20 s without a break: ";
  expect(described).toEqual([
    expect.stringContaining(`${since}role instances: Web_IN_1 RoleStateBusy`),
    `${since}it keeps failing`,
  ]);
});

test("a platform that cannot be read neither fails nor passes the soak", () => {
  const { decision, at } = watch(times(60, { platform: unread }));
  expect(decision.kind).toBe("again");
  expect(at).toBeLessThan(soakDeadline(rule, NOW) - NOW);
});

test("a gap of more than three checks restarts the steady time", () => {
  const { decision, at } = watch([{}, { after: 600_000 }, ...times(5)]);
  expect({ kind: decision.kind, at }).toEqual({ kind: "pass", at: 620_000 });
});

test("the next check comes after the poll, or when the platform allows it", () => {
  const throttled = checkPlannedRoles(
    green,
    { kind: "throttled", detail: "slow", retryAfterMs: 45_000 },
    NOW,
  );
  expect(watch([{}]).decision).toMatchObject({ kind: "again", afterMs: 10_000 });
  expect(watch([{ platform: throttled }]).decision).toMatchObject({ kind: "again", afterMs: 45_000 });
});

test("without trouble the text stays the same, and is stored once", () => {
  const described = new Set(times(5).map((_, i) => watch(times(i + 1)).decision.detail));
  expect([...described]).toEqual([
    "new production is monitored without trouble; the soak ends at 2026-11-24T12:01:00.000Z if nothing changes",
  ]);
});

test("evidence is short: four measurements of 80 characters, trouble first", () => {
  const probes = ["a", "b", "c", "d", "e"].map((name): ProbeResult => ({
    ...pass,
    name,
    detail: "x".repeat(160),
  }));
  const { memory } = decideSoak(
    freshSoak(NOW),
    { platform: busy, probes: [...probes, { ...error, name: "f" }, { ...failure, name: "g" }], now: NOW + 5 },
    rule,
  );
  const evidence = evidenceOf(memory, NOW + 5);
  expect(evidence).toMatchObject({ since: NOW, until: NOW + 5, checks: 1, failures: 1 });
  expect(evidence.last.map(({ name }) => name)).toEqual(["g", "f", "role instances", "a"]);
  expect(Math.max(...evidence.last.map(({ detail }) => detail.length))).toBeLessThanOrEqual(80);
});

test("before the first check there is no evidence", () => {
  expect(evidenceOf(freshSoak(NOW), NOW + 5)).toEqual({
    ...{ since: NOW, until: NOW + 5, checks: 0, failures: 0, last: [] },
  });
});

test("the steady time is never longer than the soak", () => {
  expect(watchRule({ ...rule, forMs: 5_000 }, 120_000).steadyForMs).toBe(5_000);
  expect(watchRule({ ...rule, forMs: 300_000 }, 120_000).steadyForMs).toBe(120_000);
});

test("a pass had its time without trouble at its end; a regression had a cause", () => {
  const step = fc.record({
    after: fc.constantFrom(10_000, 10_000, 20_000, 45_000),
    platform: fc.constantFrom(running, running, running, busy, stopped, unread),
    probes: fc.constantFrom([pass], [pass], [failure], [error]),
  });
  const budget = fc.record({ failures: fc.nat(3), consecutiveErrors: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), budget, (steps, budgets) => {
      const by = { ...rule, ...budgets };
      const { decision, at, checks } = watch(steps, by);
      const seen = steps.slice(0, checks);
      const failed = seen.reduce(
        (sum, { platform, probes }) =>
          sum + Number(platform === stopped) + probes.filter((each) => each.verdict === "failure").length,
        0,
      );
      expect(decision.memory.failures).toBe(failed);
      if (decision.kind === "pass") {
        expect(at).toBeGreaterThanOrEqual(by.forMs);
        expect(failed).toBeLessThanOrEqual(by.failures);
        expect(seen.at(-1)).toMatchObject({ platform: running, probes: [pass] });
      }
      if (decision.kind === "regression" && failed <= by.failures)
        expect(at).toBeGreaterThanOrEqual(2 * by.forMs);
      if (decision.kind === "cannot-measure") expect(seen.at(-1)?.probes).toEqual([error]);
    }),
    { numRuns: runs(300) },
  );
});

test("a soak ends after twice its time and steady time, and half an hour", () => {
  expect(soakDeadline(rule, NOW)).toBe(NOW + 2 * (60_000 + 20_000) + 30 * 60_000);
});

test("more than one probe or instance is described in the plural", () => {
  const lenient = { ...rule, failures: 2 };
  const two = [pass, { ...pass, name: "api" }];
  const { decision } = watch([...times(2, { probes: [failure] }), ...times(20, { probes: two })], lenient);
  expect(decision.detail).toMatch(/: 2 tolerated failures in \d checks of role instances and 2 probes$/);
  expect(watch(times(20, { probes: [] })).decision.detail).toMatch(/ checks of role instances$/);
});

test("trouble of the platform is truncated, and running instances are counted", () => {
  const seen = (platform: RoleStateCheck) => watch([{ platform, probes: [] }]).decision;
  expect(seen(running).memory.last).toEqual([
    { name: "role instances", verdict: "pass", detail: "all 2 run" },
  ]);
  const long = { ...busy, summary: "y".repeat(200) };
  expect(seen(long).detail).toBe(`new production is monitored: role instances: ${"y".repeat(80)}`);
  expect(seen(unread).detail).toMatch(/^new production is monitored: role instances could not be measured: /);
  expect(seen(unread).memory.last).toMatchObject([{ verdict: "error" }]);
  expect(seen(stopped)).toMatchObject({
    ...{ kind: "regression", detail: expect.stringMatching(/^role instances: Web_IN_1 RoleStateStopped/) },
    memory: { failures: 1, last: [{ verdict: "failure" }] },
  });
});

test("several troubles are listed one after another", () => {
  const other: ProbeResult = { ...error, name: "api" };
  const { decision } = watch([{ probes: [failure, other] }], { ...rule, failures: 1 });
  expect(decision.detail).toBe(
    "new production is monitored: probe home: status is 500, not 2xx; probe api could not be measured: refused",
  );
});

test("a platform that cannot be read is not an error of a probe", () => {
  const { decision } = watch(times(9, { platform: unread }));
  expect(decision).toMatchObject({ kind: "again", memory: { errors: {}, failures: 0 } });
});

test("errors are counted in a row for each probe, and one answer resets the count", () => {
  const other: ProbeResult = { ...error, name: "api" };
  const rows = [[error, other], [error, { ...pass, name: "api" }], [pass]] as const;
  const errors = rows.map(
    (_, i) => watch(rows.slice(0, i + 1).map((probes) => ({ probes }))).decision.memory.errors,
  );
  expect(errors).toEqual([{ home: 1, api: 1 }, { home: 2 }, {}]);
  expect(watch(times(2, { probes: [error] })).decision.kind).toBe("again");
});

test("a gap of three checks keeps the steady time, and a longer gap restarts it", () => {
  const since = (after: number) => watch([{}, { after }]).decision.memory.steady;
  expect(since(30_000)).toEqual({ since: NOW, until: NOW + 30_000 });
  expect(since(30_001)).toEqual({ since: NOW + 30_001, until: NOW + 30_001 });
});

test("only a failure breaks the steady time; a check without a measurement does not", () => {
  const steady = (...steps: Step[]) => watch(steps, { ...rule, failures: 9 }).decision.memory.steady;
  expect(steady({}, {}, { probes: [error] })).toEqual({ since: NOW, until: NOW + 10_000 });
  expect(steady({}, { probes: [error] }, {})).toEqual({ since: NOW, until: NOW + 20_000 });
  expect(steady({}, {}, { probes: [failure] })).toBeUndefined();
  expect(steady({}, {}, { platform: busy })).toBeUndefined();
  expect(steady({ probes: [error] })).toBeUndefined();
});

test("after trouble the detail has the later end of the soak", () => {
  const { decision } = watch([...times(5), { probes: [failure] }, {}], { ...rule, failures: 1 });
  expect(decision.detail).toContain("ends at 2026-11-24T12:01:20.000Z if nothing changes");
});

test("unsteadiness lasts from its first check until the steady time has passed", () => {
  const unsteady = (...steps: Step[]) => watch(steps).decision.memory.unsteadySince;
  expect(unsteady({}, { platform: busy }, { platform: busy })).toBe(NOW + 10_000);
  expect(unsteady({ platform: busy }, {}, {})).toBe(NOW);
  expect(unsteady({ platform: busy }, {}, {}, {})).toBeUndefined();
  expect(unsteady({})).toBeUndefined();
});

test("without a steady time a soak passes at its first good check after its time", () => {
  const brief = { ...rule, forMs: 10_000, steadyForMs: 0, failures: 1 };
  expect(watch([{}, { probes: [failure] }, {}], brief)).toMatchObject({
    ...{ at: 20_000, decision: { kind: "pass" } },
  });
  expect(watch([{}, { platform: unread }], brief).decision.kind).toBe("again");
});
