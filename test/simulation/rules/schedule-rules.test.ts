import { calmWorld } from "../plans/user-actions";
import type { PlannedSchedule } from "../plans/world-plan";
import { type Happening, Timeline } from "../world/timeline";
import { History } from "./history";
import { scheduleRules } from "./schedule-rules";

const MINUTE = 60_000;
const weekly: PlannedSchedule = { name: "weekly", minutes: [10, 20], promote: "green" };
type Timed = readonly [minute: number, happening: Happening];

let checks = 0;
const check = (minute: number, file = 0): readonly Timed[] => {
  const n = checks++;
  return [
    [minute, { kind: "checked", check: n, host: "h0", file, clock: minute * MINUTE }],
    [minute, { kind: "check-over", check: n }],
  ];
};
const checked = (...minutes: readonly number[]) => minutes.flatMap((minute) => check(minute));
/** A check at minute 10 that learns of nothing it has done. */
const cutOff = (what: string): readonly Timed[] => {
  const [begun, over] = check(10);
  const faults = ["the reply to a client call was lost", what];
  return [begun!, ...faults.map((each): Timed => [10, { kind: "fault", what: each }]), over!];
};
const started = (at: number, minute: number, request = `shop-${minute}`, expiresAfter = 5): Timed => [
  at,
  { kind: "scheduled", request, pair: "shop", minute, expiresAfterMs: expiresAfter * MINUTE },
];
/** With a file whose expiry is a quarter of an hour. */
const startedLate = (at: number, minute: number) => started(at, minute, `shop-${minute}`, 15);
const word = (minute: number, what: "pause" | "resume", ask: number): readonly Timed[] => [
  [minute, { kind: "schedule-asked", ask, what, pair: "shop", schedule: "weekly", minutes: "10,20" }],
  [minute, { kind: "schedule-answered", ask, status: 200 }],
];

/**
 * The rules that a world breaks with one schedule with these times and an expiry of five minutes; in file 1 it is a
 * quarter of an hour.
 */
function broken(...timed: readonly Timed[]): string[] {
  let now = 0;
  const timeline = new Timeline(() => now);
  for (const [minute, happening] of timed) {
    now = minute * MINUTE;
    timeline.add(happening);
  }
  const schedules = { expiresAfterMs: 5 * MINUTE, file: { shop: [weekly] } };
  const to = [{ ...weekly, expiresAfterMs: 15 * MINUTE }];
  const userActions = [{ at: 0, kind: "edit", pair: "shop", to } as const];
  const judged = {
    history: new History(timeline),
    plan: calmWorld(userActions, { schedules }),
    finished: true,
  };
  return scheduleRules.judge(judged).violations.map((v) => v.invariant);
}

test("a start, once and in time, by a check of a file with the schedule breaks nothing", () => {
  expect(broken(...checked(1, 9), check(10)[0]!, started(10, 10))).toEqual([]);
  expect(broken(...checked(1, 9), check(14)[0]!, started(14, 10))).toEqual([]);
  expect(broken(...checked(1, 9), ...cutOff("a message is late"), started(11, 10))).toEqual([]);
});

test("a start decided in time may wait until there is a host (world 200013893)", () => {
  const up: Timed = [0, { kind: "host", host: "h0", what: "up" }];
  const late = [...checked(1, 9), ...cutOff("a message is late")];
  const killed: Timed = [11, { kind: "host", host: "h0", what: "is killed, back in 277 s" }];
  const back: Timed = [16, { kind: "host", host: "h1", what: "up" }];
  expect(broken(up, ...late, killed, back, started(16, 10))).toEqual([]);
  expect(broken(up, ...late, killed, back, started(17.5, 10))).toEqual(["schedule: expiry"]);
  expect(broken(up, ...late, started(16, 10))).toEqual(["schedule: expiry"]);
});

test("a start waits while all hosts run only triggers (world 320000536)", () => {
  const up: Timed = [0, { kind: "host", host: "h0", what: "up" }];
  const front: Timed = [0, { kind: "host", host: "h1", what: "up, for triggers alone" }];
  const killed: Timed = [5, { kind: "host", host: "h0", what: "is killed, back in 900 s" }];
  const back: Timed = [20, { kind: "host", host: "h2", what: "up" }];
  const before = [up, front, ...checked(1), killed, ...checked(9), ...cutOff("nothing")];
  expect(broken(...before, back, started(20, 10))).toEqual([]);
  expect(broken(...before, back, started(21.5, 10))).toEqual(["schedule: expiry"]);
  const other: Timed = [0, { kind: "host", host: "h1", what: "up" }];
  expect(
    broken(up, other, ...checked(1), killed, ...checked(9), ...cutOff("nothing"), started(20, 10)),
  ).toEqual(["schedule: expiry"]);
});

test("a start may wait for the takeover of a dead host (small world 9500505)", () => {
  const up: Timed = [0, { kind: "host", host: "h0", what: "up" }];
  const other: Timed = [0, { kind: "host", host: "h1", what: "up" }];
  const dies: Timed = [10, { kind: "host", host: "h0", what: "dies at: orchestration promote: row" }];
  const before = [up, other, ...checked(1, 9)];
  expect(broken(...before, dies, ...cutOff("nothing"), started(11.1, 10))).toEqual([]);
  expect(broken(...before, dies, ...cutOff("nothing"), started(11.3, 10))).toEqual(["schedule: expiry"]);
  expect(broken(...before, ...cutOff("nothing"), started(11.1, 10))).toEqual(["schedule: expiry"]);
});

test.each([
  [
    "schedule: never twice",
    [...checked(1), check(10)[0]!, started(10, 10), started(10, 10, "shop-10-again")],
  ],
  ["schedule: expiry", [...checked(1), check(15)[0]!, started(15, 10)]],
  ["schedule: expiry", [...checked(1, 9), started(9, 10)]],
  ["schedule: expiry", [...checked(1, 9), ...cutOff("nothing"), started(11, 10)]],
  ["schedule: asked for", [...checked(1), check(11)[0]!, started(11, 11)]],
  ["schedule: paused", [...checked(1), ...word(5, "pause", 0), check(10)[0]!, started(10, 10)]],
  [
    "schedule: paused",
    [...checked(1), ...word(5, "pause", 0), ...word(11, "resume", 1), check(12)[0]!, started(12, 10)],
  ],
  ["schedule: due", checked(1, 9, 10)],
] as const)("%s is broken by %j", (rule, timed) => {
  expect(broken(...timed)).toEqual([rule]);
});

test("a schedule that may be paused, or that no check saw in time, need not start", () => {
  expect(broken(...checked(1), word(5, "pause", 0)[0]!, ...checked(10))).toEqual([]);
  expect(broken(...checked(1, 15))).toEqual([]);
});

test("the expiry of a start comes from the file of its check, not from another one", () => {
  const before = checked(1, 9);
  expect(broken(...before, check(18, 1)[0]!, startedLate(18, 10))).toEqual([]);
  expect(broken(...before, check(18)[0]!, startedLate(18, 10))).toEqual(["schedule: expiry"]);
  expect(broken(...before, check(12, 1)[0]!, started(12, 10))).toEqual(["schedule: expiry"]);
});

test("two hosts with different files may both start it", () => {
  const both = [...checked(1, 9), check(12)[0]!, check(12, 1)[0]!];
  expect(broken(...both, started(12, 10))).toEqual([]);
  expect(broken(...both, startedLate(12, 10))).toEqual([]);
});

test("a longer expiry must catch up on earlier times, a shorter one need not", () => {
  expect(broken(...checked(1), ...check(18, 1))).toEqual(["schedule: due"]);
  expect(broken(...check(1, 1), ...check(18))).toEqual([]);
});
