import { createCronTimes } from "../../../../src/adapters/deployment-windows/cron-times";
import { isTimeZone } from "../../../../src/domain/kernel/time-zone";

const links = [
  "US/Eastern",
  "Asia/Kolkata",
  "Asia/Calcutta",
  "GB",
  "Etc/GMT+5",
  "EST5EDT",
  "CET",
  "GMT",
  "Zulu",
];

test.each(["UTC", "Etc/UTC", ...links, ...Intl.supportedValuesOf("timeZone").slice(0, 40)])(
  "%s is a name of the tz database, and schedules may use it",
  (zone) => {
    expect(isTimeZone(zone)).toBe(true);
    expect(createCronTimes("0 2 * * *", zone).next(Date.parse("2026-11-24T12:00:00Z"))).toBeGreaterThan(0);
  },
);

test.each(["BST", "IST", "AST", "ACT", "NST", "ECT", "CST", "PST", "EST", "MST", "HST", "JST", "VST"])(
  "%s is an abbreviation, whatever zone the system takes it for",
  (abbreviation) => {
    expect(isTimeZone(abbreviation)).toBe(false);
  },
);

test.each([
  "+01:00",
  "-05",
  "UTC+1",
  "GMT+1",
  "europe/berlin",
  "EUROPE/BERLIN",
  "asia/kolkata",
  "utc",
  " UTC",
])("%s is no name of the tz database", (text) => {
  expect(isTimeZone(text)).toBe(false);
});

test.each(["SystemV/EST5EDT", "Factory", "localtime", "posix/Europe/Berlin", "", "Mars/Base"])(
  "%p is not a zone",
  (text) => {
    expect(isTimeZone(text)).toBe(false);
  },
);
