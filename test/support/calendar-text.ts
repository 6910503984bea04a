import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Recurrence } from "../../src/domain/policy/deployment-window";

const DAY = 86_400_000;

/** iCalendar text of events, each given as its inner lines. Each event gets a unique UID. */
export function calendarOf(...events: readonly string[]): string {
  const lines = events.map((event, i) => `BEGIN:VEVENT\nUID:${i}\n${event}\nEND:VEVENT`);
  return textOf(["BEGIN:VCALENDAR", "VERSION:2.0", ...lines, "END:VCALENDAR"]);
}

export function textOf(lines: readonly string[]): string {
  return lines.join("\n").replace(/\n/g, "\r\n");
}

/** The calendar of a fixture. */
export function calendarFixture(name: string): string {
  return readFileSync(join(__dirname, "../fixtures", name, "freeze.ics"), "utf8");
}

/** The freezes between two times, adjacent ones merged: `2027-07-15T19:00Z/2027-07-15T22:00Z`. */
export function frozenBetween(calendar: Recurrence, from: string, to: string): readonly string[] {
  const found: { from: number; to: number }[] = [];
  const end = Date.parse(to);
  for (let at = Date.parse(from); at < end;) {
    const span = calendar.covering(at);
    const last = found.at(-1);
    if (span && last?.to === at) last.to = span.to;
    else if (span) found.push({ from: at, to: span.to });
    at = span ? span.to : (calendar.nextStart(at) ?? Math.min(at + 300 * DAY, end));
  }
  const shown = (at: number) => new Date(at).toISOString().replace(":00.000Z", "Z");
  return found.map((span) => `${shown(span.from)}/${shown(span.to)}`);
}
