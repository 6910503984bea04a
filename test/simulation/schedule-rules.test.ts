import { History } from "./history";
import { scheduleRules } from "./schedule-rules";
import { Timeline, type Happening } from "./timeline";
import type { PlannedSchedule } from "./planned-schedules";

const MINUTE = 60_000;
const weekly: PlannedSchedule = { name: "weekly", minutes: [10, 20], promote: "green" };
type Timed = readonly [minute: number, happening: Happening];

let looks = 0;
const look = (minute: number): readonly Timed[] => {
  const n = looks++;
  return [
    [minute, { kind: "looked", look: n, host: "h0", file: 0, clock: minute * MINUTE }],
    [minute, { kind: "look-over", look: n }],
  ];
};
const looked = (...minutes: readonly number[]) => minutes.flatMap(look);
/** A look at minute 10 that learns of nothing it has done. */
const cutOff = (what: string): readonly Timed[] => {
  const [begun, over] = look(10);
  const faults = ["the reply to a client call was lost", what];
  return [begun!, ...faults.map((each): Timed => [10, { kind: "fault", what: each }]), over!];
};
const started = (at: number, minute: number, request = `shop-${minute}`): Timed => [
  at,
  { kind: "scheduled", request, pair: "shop", minute },
];
const word = (minute: number, what: "pause" | "resume", ask: number): readonly Timed[] => [
  [minute, { kind: "schedule-asked", ask, what, pair: "shop", schedule: "weekly", minutes: "10,20" }],
  [minute, { kind: "schedule-answered", ask, status: 200 }],
];

/** The rules that a world breaks whose file has one schedule with these times, and an expiry of five minutes. */
function broken(...timed: readonly Timed[]): string[] {
  let now = 0;
  const timeline = new Timeline(() => now);
  for (const [minute, happening] of timed) {
    now = minute * MINUTE;
    timeline.add(happening);
  }
  const schedules = { expiresAfterMs: 5 * MINUTE, file: { shop: [weekly] } };
  return scheduleRules(new History(timeline), { schedules, deeds: [], skewMs: 0 }).map((v) => v.invariant);
}

test("what is started once, in time, by a look at a file that asks for it breaks nothing", () => {
  expect(broken(...looked(1, 9), look(10)[0]!, started(10, 10))).toEqual([]);
  expect(broken(...looked(1, 9), look(14)[0]!, started(14, 10))).toEqual([]);
  expect(broken(...looked(1, 9), ...cutOff("a message is late"), started(11, 10))).toEqual([]);
});

test.each([
  ["§5 never twice", [...looked(1), look(10)[0]!, started(10, 10), started(10, 10, "shop-10-again")]],
  ["§5 expiry", [...looked(1), look(15)[0]!, started(15, 10)]],
  ["§5 expiry", [...looked(1, 9), started(9, 10)]],
  ["§5 expiry", [...looked(1, 9), ...cutOff("nothing"), started(11, 10)]],
  ["§5 asked", [...looked(1), look(11)[0]!, started(11, 11)]],
  ["§5 pause", [...looked(1), ...word(5, "pause", 0), look(10)[0]!, started(10, 10)]],
  [
    "§5 pause",
    [...looked(1), ...word(5, "pause", 0), ...word(11, "resume", 1), look(12)[0]!, started(12, 10)],
  ],
  ["§5 due", looked(1, 9, 10)],
] as const)("%s is broken by %j", (rule, timed) => {
  expect(broken(...timed)).toEqual([rule]);
});

test("nobody has to start what may be paused, or what no look saw in time", () => {
  expect(broken(...looked(1), word(5, "pause", 0)[0]!, ...looked(10))).toEqual([]);
  expect(broken(...looked(1, 15))).toEqual([]);
});
