import ICAL from "ical.js";
import { asUtc, type Wall } from "./zone-time";

/** A calendar that cannot be relied upon, and why: it counts as frozen. */
export class CalendarMistake extends Error {}

/** The wall times of one recurrence rule, ascending; undefined after the last one. */
export type Walk = () => Wall | undefined;

const MOST_INTERVAL = 1_000;
const DAY_MS = 86_400_000;
const periodDays: Readonly<Record<string, number>> = { DAILY: 1, WEEKLY: 7 };
/** Parts that only filter: ical.js would look for a match without end where there is none. */
const filters: Readonly<Record<string, readonly string[]>> = {
  DAILY: ["BYMONTH", "BYMONTHDAY", "BYDAY"],
  WEEKLY: ["BYMONTH"],
  MONTHLY: ["BYMONTH"],
  YEARLY: [],
};

interface Rule {
  readonly freq: string;
  readonly interval: number;
  readonly count: number | undefined;
  readonly until: ICAL.Time | undefined;
  readonly parts: Readonly<Record<string, readonly (string | number)[]>>;
}

/**
 * Walks a rule from its first wall time. `isPast` judges `UNTIL`; what lies before `from` may be left out, so that a
 * daily rule of ten years ago costs no more than one of today.
 */
export function walkRule(
  given: ICAL.Recur,
  start: ICAL.Time,
  from: number,
  isPast: (wall: Wall, until: ICAL.Time) => boolean,
): Walk {
  const rule = checked(given);
  const iterator = unfiltered(given).iterator(skipAhead(rule, start, from));
  const isMeant = filterOf(rule);
  let left = rule.count ?? Infinity;
  return () => {
    if (left <= 0) return undefined;
    const next = step(iterator);
    if (!next || (rule.until && isPast(next, rule.until))) return undefined;
    if (!isMeant(next)) return skipped;
    left -= 1;
    return next;
  };
}

/** Without what only filters, counts or ends it; ical.js looks for a first yearly match no longer than to 2200. */
function unfiltered(given: ICAL.Recur): ICAL.Recur {
  const rule = given.clone();
  const dropped = filters[rule.freq] ?? [];
  rule.parts = Object.fromEntries(Object.entries(rule.parts).filter(([name]) => !dropped.includes(name)));
  rule.count = null;
  rule.until = new ICAL.Time({ year: 2200, month: 1, day: 1, isDate: true }, ICAL.Timezone.localTimezone);
  return rule;
}

/** Stands for a wall time that a filter dropped: walks return often, so that callers can count their steps. */
export const skipped: Wall = { year: Number.NaN, month: 0, day: 0, hour: 0, minute: 0, second: 0 };

function step(iterator: ICAL.RecurIterator): Wall | undefined {
  try {
    const next = iterator.next() as ICAL.Time | null;
    return next ? wallOf(next) : undefined;
  } catch (fault) {
    throw new CalendarMistake("a recurrence rule leads nowhere", { cause: fault });
  }
}

export function wallOf({ year, month, day, hour, minute, second, isDate }: ICAL.Time): Wall {
  return isDate
    ? { year, month, day, hour: 0, minute: 0, second: 0 }
    : { year, month, day, hour, minute, second };
}

function checked(given: ICAL.Recur): Rule {
  const { freq, interval, count, until } = given;
  const parts = given.parts as Rule["parts"];
  const isShort = freq === "DAILY" || freq === "WEEKLY";
  const refused: readonly (readonly [boolean, string])[] = [
    [!(freq in filters), `it recurs ${freq}: DAILY at most`],
    [interval > MOST_INTERVAL, `its interval is over ${MOST_INTERVAL}`],
    [isShort && "BYSETPOS" in parts, `BYSETPOS with ${freq}`],
    ["BYSECOND" in parts || "BYMINUTE" in parts, "BYMINUTE or BYSECOND"],
    [
      freq !== "YEARLY" && ("BYWEEKNO" in parts || "BYYEARDAY" in parts),
      `BYWEEKNO or BYYEARDAY with ${freq}`,
    ],
  ];
  const mistake = refused.find(([isRefused]) => isRefused)?.[1];
  if (mistake !== undefined) throw new CalendarMistake(`a recurrence rule cannot be read (${mistake})`);
  return { freq, interval, count: count ?? undefined, until: until ?? undefined, parts };
}

/** Whole periods may be left out where they all look alike and nothing is counted. */
function skipAhead({ freq, interval, count }: Rule, start: ICAL.Time, from: number): ICAL.Time {
  const days = (periodDays[freq] ?? 0) * interval;
  const first = start.clone();
  const periods = days === 0 ? 0 : Math.floor((from - asUtc(wallOf(start))) / (days * DAY_MS)) - 1;
  if (count === undefined && periods > 0) first.adjust(periods * days, 0, 0, 0);
  return first;
}

const weekdays = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];

function filterOf({ freq, parts }: Rule): (wall: Wall) => boolean {
  const named = (name: string) => ((filters[freq] ?? []).includes(name) ? parts[name] : undefined);
  const [months, monthDays, days] = [named("BYMONTH"), named("BYMONTHDAY"), named("BYDAY")];
  return (wall) => {
    const date = new Date(asUtc(wall));
    const inMonth = new Date(Date.UTC(wall.year, wall.month, 0)).getUTCDate();
    return (
      (months?.map(Number).includes(wall.month) ?? true) &&
      (monthDays?.map(Number).some((day) => (day > 0 ? day : inMonth + 1 + day) === wall.day) ?? true) &&
      (days?.some((day) => String(day) === weekdays[date.getUTCDay()]) ?? true)
    );
  };
}
