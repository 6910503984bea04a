import {
  applyToSchedules,
  noSchedules,
  pauseOf,
  scheduledId,
  timesOf,
  type ScheduleOperation,
  type ScheduleRule,
  type ScheduleState,
} from "../../../src/domain/schedule";

const rule: ScheduleRule = {
  ...{ pair: "shop", name: "weekly", cron: "0 2 * * TUE", zone: "Europe/Berlin" },
  ...{ promote: "green", reason: "r", expiresAfterMs: 1 },
};
const times = timesOf(rule);
const play = (...ops: readonly ScheduleOperation[]): ScheduleState =>
  ops.reduce(applyToSchedules, noSchedules);
const pause = { kind: "pause", id: "p-1", name: "weekly", times, by: "Olga", note: "n", at: 5 } as const;
const resume = { kind: "resume", id: "r-1", name: "weekly", times, at: 9 } as const;

test("the id of a scheduled promotion is its pair and its instant in UTC", () => {
  expect(scheduledId("shop", Date.parse("2026-11-24T02:00:00+01:00"))).toBe("shop-20261124T010000Z");
});

test("times are known since they were first seen", () => {
  const state = play({ kind: "see", times: [times], at: 1 }, { kind: "see", times: [times, "x"], at: 2 });
  expect(state.known).toEqual([
    { times, since: 1 },
    { times: "x", since: 2 },
  ]);
});

test("the last run is the newest, in whatever order it is told", () => {
  const started = (requestId: string, at: number) => ({ kind: "started", times, requestId, at }) as const;
  expect(play(started("a", 1), started("b", 2), started("a", 1)).last).toEqual([
    { times, requestId: "b", at: 2 },
  ]);
});

test("a pause holds by name and by times; a resume ends both and makes up for nothing", () => {
  const paused = play({ kind: "see", times: [times], at: 1 }, pause);
  expect(pauseOf(paused, rule)).toMatchObject({ by: "Olga" });
  expect(pauseOf(paused, { ...rule, name: "renamed" })).toBeDefined();
  expect(pauseOf(paused, { ...rule, cron: "0 3 * * *" })).toBeDefined();
  expect(pauseOf(paused, { ...rule, name: "other", cron: "0 3 * * *" })).toBeUndefined();
  const resumed = applyToSchedules(paused, resume);
  expect(pauseOf(resumed, rule)).toBeUndefined();
  expect(resumed.known).toEqual([{ times, since: 9 }]);
});

test("an operation of a person is applied once: a pause that is delivered again after its resume does nothing", () => {
  const resumed = play(pause, resume);
  expect(applyToSchedules(resumed, pause)).toBe(resumed);
  expect(applyToSchedules(resumed, resume)).toBe(resumed);
});

test("the state stays under 16 KiB, whatever is seen, started and paused", () => {
  let state = noSchedules;
  for (let i = 0; i < 100; i++) {
    const long = `${String(i).padEnd(60, "x")} America/Argentina/ComodRivadavia`;
    const name = String(i).padEnd(40, "n");
    state = applyToSchedules(state, { kind: "see", times: [long], at: 1.7e12 });
    state = applyToSchedules(state, { kind: "started", times: long, requestId: "i".repeat(57), at: 1.7e12 });
    const id = String(i).padEnd(32, "0");
    const words = { by: "b".repeat(200), note: "n".repeat(500), at: 1.7e12 };
    state = applyToSchedules(state, { kind: "pause", id, name, times: long, ...words });
  }
  expect(JSON.stringify(state).length).toBeLessThan(16 * 1_024);
});
