import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCronTimes } from "../../../../src/adapters/deployment-windows/cron-times";
import { createWindow } from "../../../../src/adapters/deployment-windows/deployment-windows";
import { createScheduleTimes } from "../../../../src/adapters/schedules";
import type { ScheduleRule } from "../../../../src/domain/policy/schedule";
import { dateIn, instantsOf, transitionsOf, wallIn, zones } from "../../../support/wall-clock";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
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

const minutes = { repeated: 60, hourly: 60, short: 20 };

test.each([
  ["0 0-15,17-23 * * *", minutes.repeated],
  ["0 1 * * *", minutes.repeated],
  ["0 1,3 * * *", minutes.repeated],
  ["30 1 * * *", minutes.short],
  ["0 * * * *", minutes.hourly],
])("a denied window of %s is on in both hours of the same name", (cron, lasting) => {
  const window = createWindow({ cron, zone, durationMs: lasting * 60_000 }, "deny");
  const [minute = 0] = cron.split(" ").map(Number);
  for (const hour of ["2027-10-31T00:00:00Z", "2027-10-31T01:00:00Z"]) {
    const from = Date.parse(hour) + minute * 60_000;
    for (const at of [from, from + lasting * 60_000 - 1])
      expect([hour, window.covering(at)?.from]).toEqual([hour, from]);
    expect(window.nextStart(from - 1)).toBe(from);
  }
});

test("a pair that is closed but for one hour of the day stays closed when clocks change, in every zone", () => {
  for (const of of zones) {
    const deny = createWindow({ cron: "0 0-15,17-23 * * *", zone: of, durationMs: HOUR }, "deny");
    for (const change of transitionsOf(of, 3)) {
      for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += 10 * 60_000) {
        const isClosed = deny.covering(at) !== undefined;
        if (wallIn(of, at).hour !== 16) expect([of, at, isClosed]).toEqual([of, at, true]);
      }
    }
  }
});

test("a denied window of many hours begins when clocks have jumped over its beginning, also in a list", () => {
  const window = createWindow({ cron: "30 1,13 * * *", zone, durationMs: 4 * HOUR }, "deny");
  expect(window.covering(Date.parse("2027-03-28T04:59:59Z"))?.from).toBe(Date.parse("2027-03-28T01:00:00Z"));
});

test("an allowed window of a named hour is on in the first of the two only: what is in doubt stays closed", () => {
  const window = createWindow({ cron: "0 0-3 * * *", zone, durationMs: HOUR }, "allow");
  const isOn = (time: string) => window.covering(Date.parse(`2027-10-31T${time}:00Z`)) !== undefined;
  expect(["00:30", "01:30", "02:30", "03:30"].map(isOn)).toEqual([true, false, true, true]);
});

test("named hours never begin twice at one wall time, and a denied window misses none, in any zone", () => {
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
