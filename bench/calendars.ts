import ICAL from "ical.js";
import { createCalendar } from "../src/adapters/openings/calendar";
import { processorTime } from "../src/adapters/openings/effort";
import { decideOpening } from "../src/domain/opening";
import type { Row } from "./benchmark";

const DAY = 86_400_000;
const NOW = Date.parse("2026-11-24T12:00:00Z");
const EVENTS = 5_000;
const TIMES = 3;

/** What freeze calendars cost the process that reads them, in processor time: a large honest one, and hostile ones. */
export function measureCalendars(): readonly Row[] {
  const large = largeCalendar();
  const honest = costOf(() => {
    const spans = createCalendar(large, "Europe/Berlin", NOW - 2 * DAY);
    return decideOpening(
      { windows: [], deny: [], freezes: [{ kind: "readable", spans }] },
      { holds: [] },
      NOW,
    );
  });
  const parsing = costOf(() => ICAL.parse(large) as unknown);
  const hostile = Object.entries(hostileCalendars()).map(([what, text]): Row => {
    const value = costOf(() => {
      refuse(text);
    });
    return {
      what: `refused: ${what}`,
      value,
      unit: "ms",
      aim: "≤ 250 for its rules",
      baseline: `reading: ${told(costOf(() => readable(text)))} ms`,
    };
  });
  return [
    {
      what: `${EVENTS} events in three zones, 500 of them weekly without end: read and asked`,
      ...{ value: honest, unit: "ms", baseline: `ical.js reads it: ${told(parsing)} ms` },
    },
    {
      what: "followed: a rule that never applies, since 1970",
      ...{ value: costOf(() => ask(event(0, `${since1970}\r\nRRULE:FREQ=DAILY;${never}`))), unit: "ms" },
    },
    ...hostile,
  ];
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

function ask(events: string): unknown {
  return createCalendar(calendar(events), "UTC", NOW - 2 * DAY).nextStart(NOW);
}

function refuse(text: string): void {
  let isRead = true;
  try {
    createCalendar(text, "UTC", NOW - 2 * DAY).nextStart(NOW);
  } catch {
    isRead = false;
  }
  if (isRead) throw new Error("a hostile calendar was not refused");
}

function readable(text: string): unknown {
  return ICAL.parse(text) as unknown;
}

/** The median of some runs. */
function costOf(work: () => unknown): number {
  const took = Array.from({ length: TIMES }, () => {
    const began = processorTime();
    work();
    return processorTime() - began;
  });
  return took.sort((a, b) => a - b)[Math.floor(TIMES / 2)] ?? 0;
}

function told(ms: number): string {
  return ms.toPrecision(3);
}
