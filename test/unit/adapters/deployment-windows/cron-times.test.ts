import { createCronTimes } from "../../../../src/adapters/deployment-windows/cron-times";
import { dateIn, happensAt, transitionsOf, wallIn, zones, instantsOf } from "../../../support/wall-clock";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createScheduleTimes } from "../../../../src/adapters/schedules";
import type { ScheduleRule } from "../../../../src/domain/policy/schedule";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The newest changes of a zone, and one that is none. */
function changesOf(zone: string): number[] {
  return [...transitionsOf(zone, 3), Date.parse("2026-06-15T12:34:00Z")];
}

function timesBetween(cron: string, zone: string, from: number, to: number): number[] {
  const times = createCronTimes(cron, zone);
  const found: number[] = [];
  for (let at = times.next(from); at !== undefined && at <= to; at = times.next(at)) found.push(at);
  return found;
}

test.each(zones)("daily times in %s match a second library around every clock change", (zone) => {
  for (const change of changesOf(zone)) {
    const [before, after] = [wallIn(zone, change - 1), wallIn(zone, change)];
    const near = [before.subtract({ minutes: 29 }), before, after, after.add({ minutes: 30 })];
    for (const { hour, minute } of near) {
      const from = change - 2 * DAY;
      const to = change + 2 * DAY;
      const expected = new Set<number>();
      for (
        let date = dateIn(zone, from - DAY);
        date.until(dateIn(zone, to + DAY)).days >= 0;
        date = date.add({ days: 1 })
      ) {
        const at = happensAt(zone, date, hour, minute);
        if (at > from && at <= to) expected.add(at);
      }
      const found = timesBetween(`${minute} ${hour} * * *`, zone, from, to);
      expect({ zone, hour, minute, found }).toEqual({ zone, hour, minute, found: [...expected].sort() });
    }
  }
});

test.each(zones)("in %s the same times are found wherever the search begins", (zone) => {
  const change = changesOf(zone)[0] ?? 0;
  const { hour, minute } = wallIn(zone, change);
  const cron = `${minute} ${hour} * * *`;
  const all = timesBetween(cron, zone, change - 3 * DAY, change + 2 * DAY);
  for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += 17 * 60_000) {
    const times = createCronTimes(cron, zone);
    expect([zone, at, times.next(at)]).toEqual([zone, at, all.find((time) => time > at)]);
    const last = all.filter((time) => time <= at).at(-1);
    expect([zone, at, times.last(at, at - 26 * HOUR)]).toEqual([zone, at, last]);
  }
});

test("Tuesday 02:00 in Berlin happens once a week, all year, whatever the clocks do", () => {
  const found = timesBetween(
    "0 2 * * TUE",
    "Europe/Berlin",
    Date.parse("2026-01-01T00:00:00Z"),
    Date.parse("2027-01-01T00:00:00Z"),
  );
  expect(found).toHaveLength(52);
  for (const at of found) {
    const { dayOfWeek, hour, minute } = wallIn("Europe/Berlin", at);
    expect([dayOfWeek, hour, minute]).toEqual([2, 2, 0]);
  }
});

test("in Berlin 02:30 becomes 03:00 when clocks jump, and happens once in autumn", () => {
  const day = (date: string) =>
    [Date.parse(`${date}T00:00:00+01:00`), Date.parse(`${date}T12:00:00+01:00`)] as const;
  const at = (cron: string, date: string) =>
    timesBetween(cron, "Europe/Berlin", ...day(date)).map((time) => new Date(time).toISOString());
  expect(at("30 2 * * *", "2026-03-29")).toEqual(["2026-03-29T01:00:00.000Z"]);
  expect(at("30 2 * * *", "2026-10-25")).toEqual(["2026-10-25T00:30:00.000Z"]);
  expect(at("30 * * * *", "2026-10-25").slice(0, 4)).toEqual([
    "2026-10-24T23:30:00.000Z",
    "2026-10-25T00:30:00.000Z",
    "2026-10-25T01:30:00.000Z",
    "2026-10-25T02:30:00.000Z",
  ]);
});

test("the 29th of February comes every fourth year", () => {
  const found = timesBetween(
    "0 0 29 2 *",
    "UTC",
    Date.parse("2024-03-01T00:00:00Z"),
    Date.parse("2036-12-31T00:00:00Z"),
  );
  expect(found.map((time) => new Date(time).getUTCFullYear())).toEqual([2028, 2032, 2036]);
});

test("a time on the very millisecond is the last one, and not the next", () => {
  const times = createCronTimes("0 2 * * *", "UTC");
  const at = Date.parse("2026-11-24T02:00:00Z");
  expect(times.next(at - 1)).toBe(at);
  expect(times.next(at)).toBe(at + DAY);
  expect(times.last(at, at - 1)).toBe(at);
  expect(times.last(at - 1, at - DAY)).toBeUndefined();
  expect(times.last(at - 1, at - DAY - 1)).toBe(at - DAY);
});

const zone = "Europe/London";

/** 02:00 becomes 01:00 again at 01:00Z. */
const autumn = [Date.parse("2027-10-30T22:59:59Z"), Date.parse("2027-10-31T06:00:00Z")] as const;

/** 01:00 becomes 02:00 at 01:00Z. */
const spring = [Date.parse("2027-03-27T23:59:59Z"), Date.parse("2027-03-28T06:00:00Z")] as const;

const times = (at: readonly number[]) => at.map((time) => new Date(time).toISOString().slice(11, 16));

function startsOf(
  { next }: { next: (at: number) => number | undefined },
  [from, to]: readonly [number, number],
) {
  const found: number[] = [];
  for (let at = next(from); at !== undefined && at <= to; at = next(at)) found.push(at);
  return found;
}

test("a schedule whose list names the repeated hour starts once in it: the first", () => {
  const { schedules, timeZone } = JSON.parse(
    readFileSync(join(__dirname, "../../../fixtures/autumn-twice/pair.json"), "utf8"),
  ) as { schedules: ScheduleRule[]; timeZone: string };
  const rules = schedules.map((rule) => ({ ...rule, zone: timeZone }));
  const found = createScheduleTimes(rules).map((schedule) => times(startsOf(schedule, autumn)));
  expect(found).toEqual([["00:00", "03:00"]]);
});

test.each([
  ["0 1 * * *", ["00:00"]],
  ["0 1,3 * * *", ["00:00", "03:00"]],
  ["0 0-3 * * *", ["23:00", "00:00", "02:00", "03:00"]],
  ["0 0-23 * * *", ["23:00", "00:00", "02:00", "03:00", "04:00", "05:00", "06:00"]],
  ["0 */1 * * *", ["23:00", "00:00", "02:00", "03:00", "04:00", "05:00", "06:00"]],
  ["0 1-23/2 * * *", ["00:00", "03:00", "05:00"]],
  ["0 * * * *", ["23:00", "00:00", "01:00", "02:00", "03:00", "04:00", "05:00", "06:00"]],
] as const)("%s begins on the day that clocks go back at %p", (cron, expected) => {
  expect(times(startsOf(createCronTimes(cron, zone), autumn))).toEqual(expected);
});

test.each([
  ["0 1 * * *", ["01:00"]],
  ["30 1 * * *", ["01:00"]],
  ["0 1,2 * * *", ["01:00"]],
  ["0 1,3 * * *", ["01:00", "02:00"]],
  ["0 0-3 * * *", ["00:00", "01:00", "02:00"]],
] as const)("%s begins on the day that clocks jump at %p, never twice at one instant", (cron, expected) => {
  expect(times(startsOf(createCronTimes(cron, zone), spring))).toEqual(expected);
});

test("in every zone a named hour begins once, and a denied window misses none", () => {
  const changes = zones.flatMap((of) => transitionsOf(of, 3).map((change) => ({ of, change })));
  const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(
      fc.constantFrom(...changes),
      hours,
      fc.integer({ min: 0, max: 59 }),
      ({ of, change }, named, minute) => {
        const cron = `${minute} ${named.join(",")} * * *`;
        const span = [change - 2 * DAY, change + 2 * DAY] as const;
        const shown = startsOf(createCronTimes(cron, of), span).map((at) => wallIn(of, at).toString());
        expect(new Set(shown).size).toBe(shown.length);
        const denied = new Set(startsOf(createCronTimes(cron, of, "every"), span));
        for (let day = span[0]; day <= span[1]; day += DAY)
          for (const hour of named)
            for (const at of instantsOf(of, dateIn(of, day), hour, minute))
              if (at > span[0] && at <= span[1])
                expect([of, cron, at, denied.has(at)]).toEqual([of, cron, at, true]);
      },
    ),
    { numRuns: 300 },
  );
});
