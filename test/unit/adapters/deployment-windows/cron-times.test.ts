import { createCronTimes } from "../../../../src/adapters/deployment-windows/cron-times";
import { createToInstant, offsetsOf } from "../../../../src/adapters/deployment-windows/zone-time";
import { dateIn, happensAt, transitionsOf, wallIn, zones } from "../../../support/wall-clock";

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

test.each(zones)(
  "daily times in %s are those of a second library around every change of its clocks",
  (zone) => {
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
  },
);

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

test("in Berlin 02:30 happens at 03:00 when the clocks jump, once when they go back, and hourly ones in every hour", () => {
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

test.each(zones)("wall times of calendars in %s are instants as RFC 5545 reads them", (zone) => {
  const toInstant = createToInstant(offsetsOf(zone));
  const shownAt = (wall: { toString(): string }) => Date.parse(`${wall.toString().slice(0, 16)}Z`);
  for (const change of changesOf(zone)) {
    for (let at = change - 3 * HOUR; at < change + 3 * HOUR; at += 30 * 60_000) {
      const wall = wallIn(zone, at).with({ second: 0, millisecond: 0 });
      const expected = wall.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds;
      expect(toInstant(shownAt(wall))).toBe(expected);
    }
    const skipped = wallIn(zone, change - 1)
      .add({ minutes: 20 })
      .with({ second: 0, millisecond: 0 });
    const compatible = skipped.toZonedDateTime(zone, { disambiguation: "compatible" }).epochMilliseconds;
    expect(toInstant(shownAt(skipped))).toBe(compatible);
  }
});
