import ICAL from "ical.js";
import { createCalendar } from "../src/adapters/deployment-windows/calendar";
import { processorTime } from "../src/adapters/deployment-windows/effort";
import { decideWindow } from "../src/domain/policy/deployment-window";
import type { Benchmark, Row } from "./benchmark";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");
const EVENTS = 5_000;
const TIMES = 5;

/** What freeze calendars cost the process that reads them, in processor time: a large honest one, and hostile ones. */
export const benchmark: Benchmark = {
  name: "calendars",
  title: "Calendars: processor time of 5,000 events, and of calendars made to be slow",
  run() {
    const large = largeCalendar();
    const rows: Row[] = [
      {
        ...row("5,000 events in three zones, 500 of them weekly without end: read and asked", () =>
          open(large),
        ),
        baseline: `ical.js reads it: ${described(costOf(() => readable(large)))} ms`,
      },
      row("followed: a rule that never applies, since 1970", () =>
        ask(calendar(event(0, `${since1970}\r\nRRULE:FREQ=DAILY;${never}`))),
      ),
      ...Object.entries(hostileCalendars()).map(([what, text]) => ({
        ...row(`refused: ${what}`, () => {
          refuse(text);
        }),
        aim: "≤ 250",
        baseline: `ical.js reads it: ${described(costOf(() => readable(text)))} ms`,
      })),
    ];
    return Promise.resolve(rows);
  },
};

function row(what: string, work: () => unknown): Row {
  return { what, value: costOf(work), unit: "processor ms" };
}

function open(text: string): unknown {
  const spans = createCalendar(text, "Europe/Berlin", NOW - 2 * DAY);
  const freezes = [{ kind: "readable", spans }] as const;
  return decideWindow({ allow: [], deny: [], freezes }, { holds: [] }, NOW);
}

const since1970 = "DTSTART:19700101T000000Z\r\nDURATION:PT1M";
const never = "BYMONTH=2;BYMONTHDAY=30";

function event(uid: number, lines: string): string {
  return `BEGIN:VEVENT\r\nUID:${uid}\r\n${lines}\r\nEND:VEVENT`;
}

function calendar(...events: readonly string[]): string {
  return ["BEGIN:VCALENDAR", ...events, "END:VCALENDAR"].join("\r\n");
}

function largeCalendar(): string {
  const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata"];
  const events = Array.from({ length: EVENTS }, (_, i) => {
    const stamp = new Date(NOW + (((i * 7_919) % 3_650) - 3_285) * DAY + (i % 24) * 3_600_000);
    const start = stamp.toISOString().replace(/\.\d+Z|[-:]/g, "");
    const rule = i % 10 === 0 ? "\r\nRRULE:FREQ=WEEKLY" : "";
    return event(
      i,
      `DTSTART;TZID=${zones[i % 3]}:${start}\r\nDURATION:PT10M${rule}\r\nSUMMARY:No releases, number ${i}`,
    );
  });
  return calendar(...events);
}

function hostileCalendars(): Readonly<Record<string, string>> {
  const all = (length: number) => Array.from({ length }, (_, i) => i).join(",");
  const many = (lines: string) =>
    calendar(...Array.from({ length: EVENTS }, (_, i) => event(i, `${since1970}\r\n${lines}`)));
  return {
    "one event, 24 hours of every day since 1970": calendar(
      event(0, `${since1970}\r\nRRULE:FREQ=DAILY;COUNT=999999999;BYHOUR=${all(24)}`),
    ),
    "5,000 rules that never apply": many(`RRULE:FREQ=DAILY;COUNT=5;${never}`),
    "5,000 weekly rules without end": many("RRULE:FREQ=WEEKLY"),
    "100,000 rules of one event": calendar(event(0, `${since1970}${"\r\nRRULE:FREQ=DAILY".repeat(100_000)}`)),
  };
}

function ask(text: string): unknown {
  return createCalendar(text, "UTC", NOW - 2 * DAY).nextStart(NOW);
}

function refuse(text: string): void {
  let isRead = true;
  try {
    ask(text);
  } catch {
    isRead = false;
  }
  if (isRead) throw new Error("a hostile calendar was not refused");
}

function readable(text: string): unknown {
  return ICAL.parse(text) as unknown;
}

/** The median of some runs, after one that is not counted. */
function costOf(work: () => unknown): number {
  work();
  const took = Array.from({ length: TIMES }, () => {
    const began = processorTime();
    work();
    return processorTime() - began;
  });
  return took.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
}

function described(ms: number): string {
  return ms.toPrecision(3);
}
