import { decidedBy } from "../../../../src/domain/pair/operator-actions";
import {
  applyToSchedules,
  hasStarted,
  noSchedules,
  pauseOf,
  scheduleAnswer,
  scheduledId,
  type ScheduleOperation,
  type ScheduleRule,
  type ScheduleState,
  sinceOf,
  timesOf,
} from "../../../../src/domain/policy/schedule";
import { SHOP } from "../../../support/observations";

const rule: ScheduleRule = {
  ...{ pair: "shop", name: "weekly", cron: "0 2 * * TUE", zone: "Europe/Berlin" },
  ...{ promote: "green", reason: "r", expiresAfterMs: 1 },
};
const times = timesOf(rule);
const play = (...ops: readonly ScheduleOperation[]): ScheduleState =>
  ops.reduce(applyToSchedules, noSchedules);
const olga = { by: "Olga", oid: "o-1" };
const pause = { kind: "pause", id: "p-1", name: "weekly", times, ...olga, note: "n", at: 5 } as const;
const resume = { kind: "resume", id: "r-1", name: "weekly", times, ...olga, note: "over", at: 9 } as const;

test("the id of a scheduled promotion is its pair and its time in UTC", () => {
  expect(scheduledId(SHOP, Date.parse("2026-11-24T02:00:00+01:00"))).toBe("schedule-shop-20261124T010000Z");
});

test("times are known since the moment they were first seen", () => {
  const state = play({ kind: "see", times: [times], at: 1 }, { kind: "see", times: [times, "x"], at: 2 });
  expect(state.known).toEqual([
    { times, since: 1 },
    { times: "x", since: 2 },
  ]);
});

test("times that were missing for more than three minutes are new when they return", () => {
  const since = (back: number) =>
    play(
      { kind: "see", times: [times], at: 1 },
      { kind: "miss", times: [times], at: 1_000 },
      { kind: "miss", times: [times, "x"], at: 2_000 },
      { kind: "see", times: [times], at: back },
    ).known;
  expect(since(181_000)).toEqual([{ times, since: 1 }]);
  expect(since(181_001)).toEqual([{ times, since: 181_001 }]);
});

test("a start is known by its times and moment, and a later one replaces it", () => {
  const state = play({ kind: "started", times, requestId: "a", at: 5 });
  const start = { times, requestId: "a", at: 5 };
  expect([4, 5, 6].map((at) => hasStarted(state, { ...start, at }))).toEqual([true, true, false]);
  expect(hasStarted(state, { ...start, times: "other" })).toBe(false);
});

test("times may start since they were known, and not when unknown or away too long", () => {
  const state = play(
    { kind: "see", times: [times], at: 1 },
    { kind: "see", times: ["x"], at: 2 },
    { kind: "miss", times: ["x"], at: 1_000 },
  );
  expect([times, "x", "y"].map((each) => sinceOf(state, each, 181_000))).toEqual([1, 2, undefined]);
  expect(sinceOf(state, "x", 181_001)).toBeUndefined();
});

test("the last run is the newest, in whatever order runs are reported", () => {
  const started = (requestId: string, at: number) => ({ kind: "started", times, requestId, at }) as const;
  expect(play(started("a", 1), started("b", 2), started("a", 1)).last).toEqual([
    { times, requestId: "b", at: 2 },
  ]);
});

test("each schedule has its own last run, and a repeated report changes nothing", () => {
  const started = (of: string, requestId: string, at: number) =>
    ({ kind: "started", times: of, requestId, at }) as const;
  const both = play(started("x", "a", 1), started("y", "b", 2), started("x", "c", 3));
  expect(both.last).toEqual([
    { times: "y", requestId: "b", at: 2 },
    { times: "x", requestId: "c", at: 3 },
  ]);
  expect(applyToSchedules(both, started("x", "c", 3))).toBe(both);
  expect(applyToSchedules(both, started("y", "d", 3)).last).toContainEqual({
    ...{ times: "y", requestId: "d", at: 3 },
  });
});

test("nothing is known, paused, started or applied before the first operation", () => {
  expect(applyToSchedules(undefined, { kind: "see", times: [times], at: 1 })).toEqual({
    ...{ v: 1, known: [{ times, since: 1 }], pauses: [], last: [], answers: [] },
  });
});

test("a pause keeps its words, and a resume ends the pauses of its name or its times", () => {
  const other = { ...pause, id: "p-2", name: "other", times: "x" };
  const paused = play(pause, other, { ...pause, id: "p-3", note: "longer", words: "w" });
  expect(paused.pauses.map(({ name, note }) => `${name}: ${note}`)).toEqual(["weekly: n", "other: n"]);
  expect(scheduleAnswer(paused, "p-3")).toBe("other-words");
  const after = (over: { name?: string; times?: string }) =>
    applyToSchedules(paused, { ...resume, ...over }).pauses.map(({ name }) => name);
  expect(after({})).toEqual(["other"]);
  expect(after({ times: "edited" })).toEqual(["other"]);
  expect(after({ name: "renamed" })).toEqual(["other"]);
  expect(after({ name: "renamed", times: "edited" })).toEqual(["weekly", "other"]);
});

test("a resume makes its own times known from then on, 22 at most", () => {
  const many = Array.from({ length: 22 }, (_, i) => `t-${i}`);
  const seen = play({ kind: "see", times: many, at: 1 }, pause);
  const of = (times: string) => applyToSchedules(seen, { ...resume, times }).known;
  expect(of("t-3").at(-1)).toEqual({ times: "t-3", since: 9 });
  expect([of("t-3").length, of("t-3")[0]?.times]).toEqual([22, "t-0"]);
  expect([of("new").length, of("new")[0]?.times]).toEqual([22, "t-1"]);
});

test("a pause applies by name and times; a resume ends both and catches up on nothing", () => {
  const paused = play({ kind: "see", times: [times], at: 1 }, pause);
  expect(pauseOf(paused, rule)).toMatchObject({ by: "Olga" });
  expect(pauseOf(paused, { ...rule, name: "renamed" })).toBeDefined();
  expect(pauseOf(paused, { ...rule, cron: "0 3 * * *" })).toBeDefined();
  expect(pauseOf(paused, { ...rule, name: "other", cron: "0 3 * * *" })).toBeUndefined();
  const resumed = applyToSchedules(paused, resume);
  expect(pauseOf(resumed, rule)).toBeUndefined();
  expect(resumed.known).toEqual([{ times, since: 9 }]);
});

test("a resume without a pause keeps what was due before it (world 44000808)", () => {
  const seen = play({ kind: "see", times: [times], at: 1 });
  expect(applyToSchedules(seen, resume)).toEqual({ ...seen, answers: [{ id: "r-1", answer: "not-paused" }] });
  const twice = play({ kind: "see", times: [times], at: 1 }, pause, resume, { ...resume, id: "r-2", at: 20 });
  expect(sinceOf(twice, times, 30)).toBe(9);
});

test("a pause with the same words also applies to new times, so no edit starts it", () => {
  const both = play(pause, { ...pause, id: "p-2", times: "x" });
  expect(scheduleAnswer(both, "p-2")).toBe("paused");
  expect(both.pauses.map((each) => each.times)).toEqual(["x"]);
});

test("a repeated pause does nothing after its resume", () => {
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
    state = applyToSchedules(state, { kind: "miss", times: [long], at: 1.7e12 });
    const start = { times: long, requestId: String(i).padEnd(57, "i"), at: 1.7e12 };
    state = applyToSchedules(state, { kind: "started", ...start });
    const id = String(i).padEnd(32, "0");
    const words = { oid: "o-1", by: "b".repeat(200), note: "n".repeat(500), at: 1.7e12 };
    state = applyToSchedules(state, { kind: "pause", id, name, times: long, ...words });
  }
  expect(JSON.stringify(state).length).toBeLessThan(16 * 1_024);
});

test("each decision goes to the pair's chain once, and a repeated or refused one never", () => {
  const paused = play(pause);
  const decision = { id: "p-1", name: "weekly", ...olga, note: "n", at: 5 };
  expect(decidedBy(undefined, pause, paused)).toEqual({
    ...{ kind: "note-schedule", what: "schedule-paused" },
    ...decision,
  });
  expect(decidedBy(paused, pause, applyToSchedules(paused, pause))).toBeUndefined();
  const again = { ...pause, id: "p-2" };
  expect(decidedBy(paused, again, applyToSchedules(paused, again))).toBeUndefined();
  const others = { ...pause, id: "p-3", words: "w" };
  expect(decidedBy(paused, others, applyToSchedules(paused, others))).toBeUndefined();
  expect(decidedBy(paused, resume, applyToSchedules(paused, resume))).toMatchObject({
    ...{ what: "schedule-resumed", id: "r-1", note: "over" },
  });
  expect(decidedBy(undefined, resume, play(resume))).toBeUndefined();
  const see = { kind: "see", times: [times], at: 1 } as const;
  expect(decidedBy(undefined, see, play(see))).toBeUndefined();
});
