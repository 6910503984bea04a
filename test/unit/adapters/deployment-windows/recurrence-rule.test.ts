import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents } from "../../../../src/adapters/deployment-windows/calendar-events";
import { Effort } from "../../../../src/adapters/deployment-windows/effort";
import { calendarOf } from "../../../support/calendar-text";

/** Random rules, and their first forty occurrences before 2034 as python-dateutil finds them. */
const rules = JSON.parse(
  readFileSync(join(__dirname, "../../../fixtures/recurrence-rules.json"), "utf8"),
) as {
  rule: string;
  start: string;
  occ: string[];
}[];

const DAY = 86_400_000;
const timeOf = (day: string) => Date.parse(`${day.replace(/(\d{4})(\d\d)/, "$1-$2-")}T09:00:00Z`);
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10).replace(/-/g, "");

/** The days on which a rule of 09:00 UTC applies, from `since` to `until`, when the calendar is read at `since`. */
function daysOf(rule: string, start: string, since: string, until: string): string[] {
  const text = calendarOf(`DTSTART:${start}T090000Z\nDURATION:PT1H\nRRULE:${rule}`);
  const [from, to] = [timeOf(since), timeOf(until)];
  const [event] = readEvents(text, "UTC", from - DAY, new Effort(() => 0));
  const times = [...(event?.known ?? []), ...(event?.walks.flatMap((walk) => walk(to)) ?? [])].map(
    (span) => span.from,
  );
  return [...new Set(times.filter((at) => at >= from && at <= to).sort((a, b) => a - b))].map(dayOf);
}

const chunks = Array.from({ length: 17 }, (_, i) => rules.slice(i * 100, i * 100 + 100));

test.each(chunks.map((chunk, i) => [i * 100, chunk] as const))(
  "rules %i and the next 99 hide no day; only negative BYSETPOS may add days",
  (_first, chunk) => {
    expect(chunk).toHaveLength(100);
    for (const { rule, start, occ } of chunk) {
      const until = occ.length < 40 ? "20331231" : (occ.at(-1) ?? "");
      const days = daysOf(rule, start, start, until);
      expect({ rule, start, hidden: occ.filter((day) => !days.includes(day)) }).toEqual({
        rule,
        start,
        hidden: [],
      });
      const added = /BYSETPOS=[\d,]*-/.test(rule) ? [] : days.filter((day) => !occ.includes(day));
      expect({ rule, start, added }).toEqual({ rule, start, added: [] });
    }
  },
);

test("rules with COUNT hide no day, whenever anybody comes to ask", () => {
  for (const { rule, start, occ } of rules.filter(({ occ }) => occ.length === 40)) {
    const count = 25;
    const middle = occ[12] ?? "";
    const days = daysOf(`${rule};COUNT=${count}`, start, middle, "20331231");
    const expected = occ.slice(12, count);
    const isMore = /BYSETPOS=[\d,]*-/.test(rule);
    if (!isMore) expect({ rule, start, days }).toEqual({ rule, start, days: expected });
  }
});

test("what a rule says of later days does not depend on when it is read", () => {
  for (const { rule, start, occ } of rules) {
    const middle = occ[Math.floor(occ.length / 2)] ?? start;
    const until = occ.at(-1) ?? start;
    const all = daysOf(rule, start, start, until).filter((day) => day >= middle);
    expect({ rule, start, days: daysOf(rule, start, middle, until) }).toEqual({ rule, start, days: all });
  }
});
