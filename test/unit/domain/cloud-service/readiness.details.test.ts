import type { InstanceList, Read } from "../../../../src/domain/cloud-service/observation";
import {
  checkPlannedRoles,
  checkRoles,
  decideReadiness,
  type ReadinessMemory,
  type RoleStateCheck,
} from "../../../../src/domain/cloud-service/readiness";
import { identityOf } from "../../../../src/domain/plan/planning";
import { aService, found, NOW, someInstances } from "../../../support/observations";

/** The details of one role-state check, and how checks are counted. */
const green = found(aService("green"));
const planned = identityOf("green", aService("green"));

const list = (over: Partial<InstanceList> = {}, states?: readonly string[]): Read<InstanceList> =>
  found({ ...someInstances("green", states), ...over });

test.each([
  ["never", { kind: "absent", detail: "404" } as const],
  ["not-yet", { kind: "denied", detail: "403" } as const],
  ["not-yet", { kind: "throttled", detail: "429", retryAfterMs: 7 } as const],
  ["not-yet", { kind: "unavailable", detail: "503" } as const],
])("readiness is %s of a service that is %j, whatever its instances do", (verdict, read) => {
  expect(checkRoles("green", read, list())).toEqual({
    side: "green",
    isUnread: true,
    observedAt: 0,
    verdict,
    instances: [],
    total: 0,
    ready: 0,
    problems: [`${read.kind}: ${read.detail}`],
    summary: `${read.kind}: ${read.detail}`,
    retryAfterMs: read.kind === "throttled" ? 7 : undefined,
  });
});

test.each([
  ["never", { kind: "absent", detail: "404" } as const],
  ["not-yet", { kind: "denied", detail: "403" } as const],
  ["not-yet", { kind: "unavailable", detail: "503", retryAfterMs: 7 } as const],
])("readiness against the plan is %s when the list is %j, observed now", (verdict, read) => {
  const check = checkPlannedRoles(planned, read, NOW + 5);
  expect(check).toMatchObject({ side: "green", verdict, observedAt: NOW + 5, summary: expect.any(String) });
  expect(check.retryAfterMs).toBe("retryAfterMs" in read ? 7 : undefined);
});

test("a list that cannot be read leaves the time of the service's own reply", () => {
  const service = found(aService("green", { observedAt: NOW - 9 }));
  const unread = { kind: "unavailable", detail: "503" } as const;
  expect(checkRoles("green", service, unread)).toMatchObject({ observedAt: NOW - 9 });
});

test("a list that was read has its own time, and its budget of reads", () => {
  const read = list({ observedAt: NOW - 3, remainingReads: 42 });
  const seen = { observedAt: NOW - 3, remainingReads: 42, verdict: "ready", total: 2 };
  expect(checkRoles("green", green, read)).toMatchObject(seen);
  expect(checkPlannedRoles(planned, read, NOW)).toMatchObject(seen);
});

test.each([
  ["Updating", "not-yet", "provisioning state is Updating; "],
  [undefined, "not-yet", "provisioning state is missing; "],
  ["DELETING", "never", "provisioning state is DELETING; "],
])(
  "provisioning %s makes running instances %s and is named first",
  (provisioningState, verdict, described) => {
    const check = checkRoles("green", found(aService("green", { provisioningState })), list());
    expect(check.verdict).toBe(verdict);
    expect(check.summary).toBe(`${described}Web_IN_0 RoleStateStarted, Web_IN_1 RoleStateStarted`);
  },
);

const two = "Web_IN_0 RoleStateStarted, Web_IN_1 RoleStateStarted";
const web = { name: "Web", capacity: 2 };
test.each([
  ["the expected roles are unknown", undefined, {}],
  ["the expected roles are unknown", [], {}],
  ["Web has 2 of 3 instances", [{ name: "Web", capacity: 3 }], {}],
  ["Web has 2 of 1 instances", [{ name: "Web", capacity: 1 }], {}],
  ["Api has 0 of 0 instances", [web, { name: "Api", capacity: 0 }], {}],
  ["Api has 0 of 1 instances", [web, { name: "Api", capacity: 1 }], {}],
  ["the list has more pages", [web], { findings: ["the list has more pages"] }],
])("not ready, and named before the instances: %s", (problem, roles, over) => {
  const check = checkRoles("green", found(aService("green", { roles })), list(over));
  expect(check).toMatchObject({ verdict: "not-yet", summary: `${problem}, ${two}` });
});

test("an instance of an unknown role, or of no role, is named", () => {
  const instances = [
    ...someInstances("green").instances,
    { name: "Db_IN_0", role: "Db", states: ["RoleState/ReadyRole"] },
    { name: "odd", states: ["RoleState/ReadyRole"] },
  ];
  const check = checkRoles("green", green, list({ instances }));
  expect(check).toMatchObject({ verdict: "not-yet", total: 4 });
  expect(check.summary).toContain("Db_IN_0 belongs to no known role, odd belongs to no known role, ");
});

test("roles are the same role in any case", () => {
  const service = found(aService("green", { roles: [{ name: "WEB", capacity: 2 }] }));
  expect(checkRoles("green", service, list())).toMatchObject({ verdict: "ready", summary: two });
});

test("instances that are not ready come first, each with its name and the reason", () => {
  const instances = ["c", "b", "a"].map((name) => ({ name, role: "Web", states: ["Started"] }));
  const busy = ["e", "d"].map((name) => ({ name, role: "Web", states: ["Busy"] }));
  const service = found(aService("green", { roles: [{ name: "Web", capacity: 5 }] }));
  const { summary } = checkRoles("green", service, list({ instances: [...instances, ...busy] }));
  expect(summary).toBe(
    "d Busy (does not respond), e Busy (does not respond), a Started, b Started, c Started",
  );
});

test("a summary of 700 characters stays whole, and a longer one is truncated", () => {
  const described = (length: number) =>
    checkRoles("green", { kind: "denied", detail: "x".repeat(length - "denied: ".length) }, list()).summary;
  expect(described(700)).toMatch(/x$/);
  expect(described(701)).toMatch(/x…$/);
  expect([described(700).length, described(701).length]).toEqual([700, 700]);
});

const rule = { pollMs: 30_000, stableForMs: 120_000, deadlineMs: 1_800_000 };
const check = (
  side: "blue" | "green",
  seconds: number,
  over: Partial<RoleStateCheck> = {},
): RoleStateCheck => ({
  ...{ side, observedAt: NOW + seconds * 1_000, verdict: "ready", instances: [], total: 2, ready: 2 },
  ...{ problems: [], summary: side },
  ...over,
});
const observed = (incoming: number, outgoing = incoming) => ({
  incoming: NOW + incoming * 1_000,
  outgoing: NOW + outgoing * 1_000,
});
const memory = (over: Partial<ReadinessMemory> = {}): ReadinessMemory => ({
  ...{ observedAt: observed(0), readySince: observed(0), quiet: 0, summary: "green|blue" },
  ...over,
});
const busy = { verdict: "not-yet", summary: "Busy" } as const;

test("a deleted service is named with what was read", () => {
  const gone = check("blue", 0, { verdict: "never", summary: "absent: 404" });
  expect(decideReadiness(undefined, check("green", 0), gone, rule)).toEqual({
    kind: "never",
    detail: "blue: absent: 404",
  });
});

test("a ready decision has the number of instances and the time they have run", () => {
  const decision = decideReadiness(memory(), check("green", 90), check("blue", 90), {
    ...rule,
    stableForMs: 90_000,
  });
  expect(decision).toEqual({ kind: "ready", detail: "all 4 instances running for 90 s" });
});

test("stableFor of zero is reached by the first ready check", () => {
  const impatient = { ...rule, stableForMs: 0 };
  expect(decideReadiness(undefined, check("green", 0), check("blue", 0), impatient).kind).toBe("ready");
  expect(decideReadiness(undefined, check("green", 0, busy), check("blue", 0), impatient).kind).toBe(
    "not-yet",
  );
});

test("a check that does not count never ends the wait, even with stableFor of zero", () => {
  const impatient = { ...rule, stableForMs: 0 };
  expect(decideReadiness(memory(), check("green", 30, busy), check("blue", 30), impatient).kind).toBe(
    "not-yet",
  );
  expect(decideReadiness(memory(), check("green", 0), check("blue", 30), impatient).kind).toBe("not-yet");
  expect(decideReadiness(memory(), check("green", 30), check("blue", 30), impatient).kind).toBe("ready");
});

test("while it counts, the detail has the time from which both sides are stable", () => {
  expect(decideReadiness(undefined, check("green", 0), check("blue", 10), rule)).toEqual({
    kind: "not-yet",
    memory: { observedAt: observed(0, 10), readySince: observed(0, 10), quiet: 0, summary: "green|blue" },
    detail: "all 4 instances are running; stable at 2026-11-24T12:02:10.000Z if nothing changes",
    nextMs: 30_000,
  });
});

test.each([
  ["green is not ready: Busy", busy, {}],
  ["blue is not ready: Busy", {}, busy],
  ["green is not ready: Busy; blue is not ready: Busy", busy, busy],
])("the detail says why it does not count: %s", (detail, incoming, outgoing) => {
  const checks = [check("green", 0, incoming), check("blue", 0, outgoing)] as const;
  expect(decideReadiness(undefined, ...checks, rule)).toMatchObject({
    kind: "not-yet",
    detail,
    memory: { readySince: undefined, observedAt: observed(0) },
  });
});

test.each<[string, ReadinessMemory, number, number, Partial<ReadinessMemory>]>([
  ["newer on both sides", memory(), 30, 31, { readySince: observed(0), observedAt: observed(30, 31) }],
  ["not newer on one side", memory(), 30, 0, { readySince: observed(0), observedAt: observed(0) }],
  ["not newer on the other", memory(), 0, 30, { readySince: observed(0), observedAt: observed(0) }],
  ["three polls later", memory(), 90, 90, { readySince: observed(0) }],
  ["later than three polls on one side", memory(), 91, 90, { readySince: observed(91, 90) }],
  ["later than three polls on the other", memory(), 90, 91, { readySince: observed(90, 91) }],
  ["the first after a break", memory({ readySince: undefined }), 30, 30, { readySince: observed(30) }],
])("a ready check that is %s", (_when, before, incoming, outgoing, expected) => {
  const decision = decideReadiness(before, check("green", incoming), check("blue", outgoing), rule);
  expect(decision).toMatchObject({ kind: "not-yet", memory: expected });
});

test("a check that is not ready restarts the count and keeps the newest times", () => {
  const before = memory({ observedAt: observed(50, 20) });
  const decision = decideReadiness(before, check("green", 40, busy), check("blue", 40), rule);
  expect(decision).toMatchObject({ memory: { readySince: undefined, observedAt: observed(50, 40) } });
  const other = decideReadiness(
    memory({ observedAt: observed(20, 50) }),
    check("green", 40),
    check("blue", 40, busy),
    rule,
  );
  expect(other).toMatchObject({ memory: { readySince: undefined, observedAt: observed(40, 50) } });
});

test("a gap of three seconds breaks nothing, however short the poll", () => {
  const at = (seconds: number) =>
    decideReadiness(memory(), check("green", seconds), check("blue", seconds), { ...rule, pollMs: 10 });
  expect(at(3)).toMatchObject({ memory: { readySince: observed(0) } });
  expect(at(3.001)).toMatchObject({ memory: { readySince: observed(3.001) } });
});

test("stableFor is measured on the side with the shorter observation", () => {
  const before = memory({ readySince: observed(0, 60), observedAt: observed(90) });
  const at = (seconds: number) =>
    decideReadiness(before, check("green", seconds), check("blue", seconds), rule).kind;
  expect([at(179), at(180)]).toEqual(["not-yet", "ready"]);
});

test.each([
  ["counts a look that shows the same summary", "Busy|blue", 4],
  ["starts again when the summary changes", "Starting|blue", 0],
])("the count of quiet checks %s", (_what, summary, quiet) => {
  const before = memory({ readySince: undefined, quiet: 3, summary });
  expect(decideReadiness(before, check("green", 30, busy), check("blue", 30), rule)).toMatchObject({
    memory: { quiet, summary: "Busy|blue" },
  });
});

test.each<[string, number, number, Partial<RoleStateCheck>, Partial<RoleStateCheck>, number]>([
  ["at its pace", 30_000, 0, busy, {}, 30_000],
  ["at its pace until five looks were quiet", 30_000, 3, busy, {}, 30_000],
  ["at half its pace from then on", 30_000, 4, busy, {}, 60_000],
  ["never slower than a minute for quiet alone", 45_000, 4, busy, {}, 60_000],
  ["never faster than the rule asks, quiet or not", 90_000, 4, busy, {}, 90_000],
  ["at half a short pace", 10_000, 4, busy, {}, 20_000],
  ["at its pace while it counts, quiet or not", 30_000, 9, {}, {}, 30_000],
  ["at its pace with 100 reads left", 10_000, 0, { remainingReads: 100 }, {}, 10_000],
  ["at a third of its pace with fewer", 10_000, 0, { remainingReads: 99 }, {}, 30_000],
  ["at a third of its pace when the other side has fewer", 10_000, 0, {}, { remainingReads: 99 }, 30_000],
  ["not slower than a minute for scarce reads", 30_000, 0, { remainingReads: 1 }, {}, 60_000],
  ["as late as Retry-After of one side asks", 10_000, 0, { ...busy, retryAfterMs: 99_000 }, {}, 99_000],
  ["as late as Retry-After of the other asks", 10_000, 0, {}, { ...busy, retryAfterMs: 99_000 }, 99_000],
  ["not earlier for a short Retry-After", 10_000, 0, { ...busy, retryAfterMs: 1 }, {}, 10_000],
])("the next poll comes %s", (_pace, pollMs, quiet, incoming, outgoing, nextMs) => {
  const checks = [check("green", 10, incoming), check("blue", 10, outgoing)] as const;
  const summary = checks.map(({ summary }) => summary).join("|");
  expect(decideReadiness(memory({ quiet, summary }), ...checks, { ...rule, pollMs })).toMatchObject({
    nextMs,
  });
});
