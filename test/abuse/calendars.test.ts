import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCalendar } from "../../src/adapters/deployment-windows/calendar";
import { createCalendarSources } from "../../src/adapters/deployment-windows/calendar-sources";
import { createDeploymentWindows } from "../../src/adapters/deployment-windows/deployment-windows";
import { Effort } from "../../src/adapters/deployment-windows/effort";
import { createOutbound } from "../../src/adapters/outbound";
import { createPolicies } from "../../src/adapters/policies";
import { calendarOf, textOf } from "../support/calendar-text";
import { aDeploymentWindow } from "../support/deployment-windows";
import { aPolicy } from "../support/observations";
import { createVirtualClock } from "../support/virtual-clock";

/**
 * Abuse of calendars: a hostile freeze calendar must neither stop the app nor open a frozen window. The real adapter
 * reads each from a file.
 */
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "calendars-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const silent = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  alert: () => undefined,
};
const now = Date.parse("2026-11-24T12:00:00Z");

async function check(text: string) {
  const file = join(folder, "freeze.ics");
  writeFileSync(file, text);
  const deploymentWindows = createDeploymentWindows({
    policies: createPolicies([aPolicy()]),
    rules: new Map([["shop", aDeploymentWindow({ freezes: [{ kind: "calendar", source: file }] })]]),
    addresses: new Map(),
    sources: createCalendarSources(createOutbound({ allow: [], loopback: false })),
    clock: createVirtualClock(now),
  });
  return await deploymentWindows(silent).at(aPolicy(), {}, [], now);
}

const hours = Array.from({ length: 24 }, (_, i) => i).join(",");
const minutes = Array.from({ length: 60 }, (_, i) => i).join(",");
const days = Array.from({ length: 366 }, (_, i) => `${i + 1},-${i + 1}`).join(",");
const since1970 = "DTSTART:19700101T000000Z\nDURATION:PT1M";
const never = "BYMONTH=2;BYMONTHDAY=30";
const many = (event: string, count = 5_000) => calendarOf(...Array.from({ length: count }, () => event));
const zoneOf = (name: string, rule: string) =>
  `BEGIN:VTIMEZONE\nTZID:${name}\nBEGIN:STANDARD\nDTSTART:00010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n${rule}\nEND:STANDARD\nEND:VTIMEZONE`;
const inZones = (zones: readonly string[], nameOf: (i: number) => string) =>
  textOf([
    "BEGIN:VCALENDAR",
    ...zones,
    ...Array.from(
      { length: 5_000 },
      (_, i) =>
        `BEGIN:VEVENT\nUID:${i}\nDTSTART;TZID=${nameOf(i)}:${1970 + i}0115T000000\nDURATION:P1D\nEND:VEVENT`,
    ),
    "END:VCALENDAR",
  ]);

test.each([
  [
    "that recurs daily since the year 1",
    calendarOf("DTSTART:00010101T000000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"),
    "DTSTART",
  ],
  [
    "with 24 hours of every day since 1970, counted",
    calendarOf(`${since1970}\nRRULE:FREQ=DAILY;COUNT=999999999;BYHOUR=${hours}`),
    "RRULE",
  ],
  [
    "with every second of every day",
    calendarOf(
      `${since1970}\nRRULE:FREQ=DAILY;COUNT=999999999;BYHOUR=${hours};BYMINUTE=${minutes};BYSECOND=${minutes}`,
    ),
    "RRULE",
  ],
  ["that recurs every second", calendarOf(`${since1970}\nRRULE:FREQ=SECONDLY`), "RRULE"],
  [
    "with every position of every year, counted",
    calendarOf(`${since1970}\nRRULE:FREQ=YEARLY;COUNT=999999;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=${days}`),
    "RRULE",
  ],
  [
    "and five thousand rules that never apply",
    many(`${since1970}\nRRULE:FREQ=DAILY;COUNT=5;${never}`),
    "RRULE",
  ],
  [
    "and five thousand yearly ones that never apply",
    many(`${since1970}\nRRULE:FREQ=YEARLY;${never}`),
    "RRULE",
  ],
  [
    "with a hundred thousand rules",
    calendarOf(`${since1970}\n${"RRULE:FREQ=DAILY\n".repeat(100_000)}X-END:1`),
    "RRULE",
  ],
  [
    "with a hundred thousand exceptions",
    calendarOf(`${since1970}\nEXDATE:${"20261124T000000Z,".repeat(100_000)}20261124T000000Z`),
    "EXDATE",
  ],
  [
    "in a zone of endless changes",
    inZones([zoneOf("Own", `RRULE:FREQ=YEARLY;COUNT=99999;BYYEARDAY=${days}`)], () => "Own"),
    "RRULE",
  ],
  [
    "in five thousand zones",
    inZones(
      Array.from({ length: 5_000 }, (_, i) => zoneOf(`Z${i}`, "RRULE:FREQ=YEARLY;BYDAY=-1SU")),
      (i) => `Z${i}`,
    ),
    "RRULE",
  ],
])("refuses an event %s and names the event and the property", async (_what, text, property) => {
  const window = await check(text);
  expect(window).toMatchObject({ open: false, reasons: [{ code: "freeze-unreadable" }] });
  expect(JSON.stringify(window)).toMatch(new RegExp(`event \\\\"\\d+\\\\": .*${property}: `));
});

test.each([
  ["half a million parameters", calendarOf(`DTSTART${";A=b".repeat(500_000)}:20261124T000000Z`)],
  [
    "half a million parameters behind a quoted colon",
    calendarOf(`DTSTART;C=":"${";A=b".repeat(500_000)}:20261124T000000Z`),
  ],
  [
    "sixty thousand calendars in each other",
    "BEGIN:VCALENDAR\r\n".repeat(60_000) + "END:VCALENDAR\r\n".repeat(60_000),
  ],
  ["a hundred thousand beginnings without an end", "BEGIN:VCALENDAR\r\n".repeat(100_000)],
])("a file with %s is refused", async (_what, text) => {
  const window = await check(text);
  expect(window).toMatchObject({ open: false, reasons: [{ code: "freeze-unreadable" }] });
});

test.each([
  ["FREQ=DAILY;COUNT=999999999"],
  [`FREQ=YEARLY;${never}`],
  [`FREQ=MONTHLY;${never}`],
  [`FREQ=DAILY;COUNT=5;${never}`],
  ["FREQ=YEARLY;BYDAY=53MO;BYWEEKNO=2"],
])("the step limit suffices for a single rule %s since 1970", (rule) => {
  const steps = new Effort(() => 0);
  const calendar = createCalendar(calendarOf(`${since1970}\nRRULE:${rule}`), "UTC", now, steps);
  expect(calendar.covering(now)).toBeUndefined();
});

test("an answer shows only an event's shortened name, without control characters", async () => {
  const uid = `x\u001b[31m${"y".repeat(500)}`;
  const window = await check(calendarOf("DTSTART:never").replace("UID:0", `UID:${uid}`));
  const described = JSON.stringify(window);
  expect(described).toMatch(/event \\"x \[31my+…\\": DTSTART/);
  expect(described.length).toBeLessThan(400);
});
