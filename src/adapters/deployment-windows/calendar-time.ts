import { CalendarError } from "./calendar-error";
import type { ToInstant } from "./zone-time";

/** A date or time without its zone, in milliseconds as if it were UTC. */
export interface GivenTime {
  readonly shown: number;
  readonly isDate: boolean;
  readonly isUtc: boolean;
}

const DAY_MS = 86_400_000;
/** jCal (https://www.rfc-editor.org/rfc/rfc7265#section-3.6.5). ical.js writes a date without VALUE=DATE as `2027-02-01T::`. */
const timeText = /^(\d{4})-(\d\d)-(\d\d)(?:T::|T(\d\d):(\d\d):(\d\d)(Z?))?$/;

export function readTime(text: unknown): GivenTime {
  const [, year, month, day, hour, minute, second, utc] = timeText.exec(String(text)) ?? [];
  const midnight = midnightOf(Number(year), Number(month), Number(day));
  const ofDay = hour === undefined ? 0 : timeOfDay(Number(hour), Number(minute), Number(second));
  if (Number.isNaN(midnight + ofDay)) throw new CalendarError("it is not a date or time");
  return { shown: midnight + ofDay, isDate: hour === undefined, isUtc: utc === "Z" };
}

function midnightOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : Number.NaN;
}

/** A leap second counts as the second before it. */
function timeOfDay(hour: number, minute: number, second: number): number {
  if (hour > 23 || minute > 59 || second > 60) return Number.NaN;
  return ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1_000;
}

/** A date or time in its zone. */
export interface Moment extends GivenTime {
  readonly toInstant: ToInstant;
  readonly at: number;
}

/** Zones by name. Without a name: the zone of dates and of times without a zone. */
export type Zones = (name?: string) => ToInstant;

/** Refuses years before 1970, since a rule that starts in the year 1 would cost too much to expand. */
export function readMoment(text: unknown, zone: string | undefined, zones: Zones): Moment {
  const given = readTime(text);
  if (given.shown < 0) throw new CalendarError("it is before 1970");
  const toInstant = given.isUtc ? (shown: number) => shown : zones(given.isDate ? undefined : zone);
  return { ...given, toInstant, at: toInstant(given.shown) };
}

export function dayOf(shown: number): number {
  return Math.floor(shown / DAY_MS);
}
