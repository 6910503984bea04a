import { type Options, RRule, Weekday } from "rrule";
import { CalendarError } from "./calendar-error";
import type { Effort } from "./effort";

const DAY_MS = 86_400_000;
const MOST_INTERVAL = 1_000;
/** Steps of effort for setting up a rule. */
const SETTING_UP = 10;

/** A rule in jCal (https://www.rfc-editor.org/rfc/rfc7265#section-3.6.10). In `wkst`, ical.js counts Sunday as 1. */
export interface RuleText {
  readonly freq?: string;
  readonly interval?: number;
  readonly count?: number;
  readonly until?: string;
  readonly wkst?: number;
  readonly byday?: string | readonly string[];
  readonly [part: string]: unknown;
}

interface Frequency {
  /** The start of the period `n` intervals after that of `start`. */
  readonly begin: (start: number, n: number, wkst: number) => number;
  /** The greatest length of a period. */
  readonly days: number;
  /** How many periods are expanded at once. */
  readonly batch: number;
  readonly refused: readonly string[];
}

const dayOf = (at: number) => Math.floor(at / DAY_MS) * DAY_MS;
/** 1970 began on a Thursday; Monday is 0. */
const weekday = (at: number) => (Math.floor(at / DAY_MS) + 3) % 7;
const monthOf = (at: number, more: number) => {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + more, 1);
};
const weekOf = (at: number, more: number, wkst: number) =>
  dayOf(at) + (more * 7 - ((weekday(at) - wkst + 7) % 7)) * DAY_MS;
const yearOf = (at: number, more: number) => Date.UTC(new Date(at).getUTCFullYear() + more, 0, 1);
const ofTheYear = ["byweekno", "byyearday"];

const frequencies: Readonly<Record<string, Frequency>> = {
  DAILY: { begin: (start, n) => dayOf(start) + n * DAY_MS, days: 1, batch: 40, refused: ofTheYear },
  WEEKLY: { begin: weekOf, days: 7, batch: 26, refused: [...ofTheYear, "bymonthday"] },
  MONTHLY: { begin: monthOf, days: 31, batch: 12, refused: ofTheYear },
  YEARLY: { begin: yearOf, days: 366, batch: 2, refused: [] },
};

const lists = "bymonth bymonthday byyearday byweekno byday byhour byminute bysecond bysetpos".split(" ");
const known = ["freq", "interval", "count", "until", "wkst", ...lists];

export interface RuleBounds {
  /** The first wall time. All times here are wall times, in milliseconds as if they were UTC. */
  readonly start: number;
  /** Earlier times may be left out. */
  readonly from: number;
  /** Whether a time is past the rule's UNTIL. */
  readonly isPast: (shown: number) => boolean;
}

/** Returns new wall times up to `to`, ascending. */
export type Walk = (to: number) => readonly number[];

/**
 * Expands a rule in batches of periods, in wall time. Without COUNT it starts near `from`, in a period that fits its
 * INTERVAL: each period is independent of those before.
 */
export function walkRule(given: RuleText, { start, from, isPast }: RuleBounds, effort: Effort): Walk {
  effort.spend(SETTING_UP);
  const { frequency, interval, count, options } = checked(given);
  const rule = new RRule({ ...options, dtstart: new Date(start) }, true);
  const parsed = rule.options;
  const begin = (n: number) => frequency.begin(start, n * interval, parsed.wkst);
  const skipped = Math.floor((from - start) / (frequency.days * interval * DAY_MS)) - 2;
  let n = count === undefined ? Math.max(0, skipped) : 0;
  let left = count ?? Infinity;
  let isOver = false;

  function nextBatch(): readonly number[] {
    const found: number[] = [];
    const [first, end] = [Math.max(start, begin(n)), begin(n + frequency.batch)];
    expand(rule, { ...parsed, dtstart: new Date(first) }, frequency, effort, (shown) => {
      isOver = isPast(shown);
      if (isOver || shown >= end) return false;
      if (shown >= from) found.push(shown);
      left -= 1;
      isOver = left === 0;
      return !isOver;
    });
    n += frequency.batch;
    return found;
  }

  return (to) => {
    const found: number[] = [];
    while (!isOver && begin(n) <= to) found.push(...nextBatch());
    return found;
  };
}

class Enough extends Error {}

/**
 * Expands one batch of periods. If nothing matches, rrule 2.8.1 goes on to the year 9999 without a callback. It reads
 * `interval` twice per period, so that a getter there counts the periods.
 */
function expand(
  rule: RRule,
  options: RRule["options"],
  { batch, days }: Frequency,
  effort: Effort,
  take: (shown: number) => boolean,
): void {
  const { interval, bysetpos, byhour, byminute, bysecond } = options;
  const positions = (bysetpos as readonly number[] | null)?.length ?? 0;
  const cost = Math.ceil(days / 4) * (1 + positions);
  effort.spend(SETTING_UP + byhour.length * byminute.length * bysecond.length);
  let checks = 0;
  rule.options = Object.defineProperty(options, "interval", {
    get: () => {
      if (checks++ > 2 * batch) throw new Enough();
      effort.spend(cost);
      return interval;
    },
  });
  try {
    rule.all((date) => {
      effort.spend(1);
      return take(date.getTime());
    });
  } catch (fault) {
    if (!(fault instanceof Enough)) throw fault;
  }
}

interface Checked {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | undefined;
  readonly options: Partial<Options>;
}

function checked(given: RuleText): Checked {
  const { freq = "without FREQ", interval = 1, count, until } = given;
  const frequency = frequencies[freq];
  if (!frequency) throw new CalendarError(`it recurs ${freq}; the most frequent is DAILY`);
  const isSet = (name: string) => name in given;
  const refused: readonly (readonly [boolean, string])[] = [
    [interval > MOST_INTERVAL, `its INTERVAL is over ${MOST_INTERVAL}`],
    [count !== undefined && !(count > 0), "its COUNT is not positive"],
    [count !== undefined && until !== undefined, "it has both COUNT and UNTIL"],
    ...Object.keys(given).map((name) => [!known.includes(name), `${shown(name)} is not supported`] as const),
    ...frequency.refused.map((name) => [isSet(name), `${name.toUpperCase()} with ${freq}`] as const),
    [numbersOf(given, "bymonthday", "byyearday", "byweekno", "bysetpos").includes(0), "a day number 0"],
  ];
  const mistake = refused.find(([isRefused]) => isRefused)?.[1];
  if (mistake !== undefined) throw new CalendarError(mistake);
  return { frequency, interval, count, options: optionsOf(given, interval) };
}

function shown(name: string): string {
  return /^[a-z-]{1,20}$/.test(name) ? name.toUpperCase() : "a part";
}

function numbersOf(given: RuleText, ...names: readonly string[]): readonly number[] {
  return names.flatMap((name) => (given[name] ?? []) as number | readonly number[]);
}

function optionsOf(given: RuleText, interval: number): Partial<Options> {
  const days = [given.byday ?? []].flat();
  const set = lists.filter((name) => name in given && name !== "byday");
  return {
    ...Object.fromEntries(set.map((name) => [name, [...new Set(numbersOf(given, name))]])),
    ...(days.length > 0 ? { byweekday: days.map(weekdayOf) } : {}),
    freq: RRule[given.freq as "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY"],
    wkst: ((given.wkst ?? 2) + 5) % 7,
    interval,
  };
}

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

function weekdayOf(text: string): Weekday {
  const n = Number(text.slice(0, -2));
  if (text.length > 2 && n === 0) throw new CalendarError("a day number 0");
  return new Weekday(weekdays.indexOf(text.slice(-2)), n === 0 ? undefined : n);
}
