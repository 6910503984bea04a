import { Temporal } from "temporal-polyfill";

/** Zones with every kind of change: half an hour to a day, at midnight and at other times. */
export const zones = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  "Antarctica/Troll",
  "Pacific/Apia",
  "Europe/Istanbul",
  "Asia/Pyongyang",
  "America/Caracas",
  "America/Sao_Paulo",
  "Africa/Cairo",
  "Africa/Casablanca",
  "America/Nuuk",
  "Asia/Kathmandu",
  "UTC",
] as const;

const DAY_MS = 86_400_000;
const offsetAt = (zone: string, at: number) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds;

const STEP_MS = 12 * DAY_MS;
const known = new Map<string, readonly number[]>();

/** The newest offset changes of a zone in twenty years, found with the second library. */
export function transitionsOf(zone: string, count: number): readonly number[] {
  const found = known.get(zone) ?? newestChanges(zone, count);
  known.set(zone, found);
  return found;
}

function newestChanges(zone: string, count: number): number[] {
  const found: number[] = [];
  const since = Date.parse("2008-01-01T00:00:00Z");
  for (let at = Date.parse("2028-01-01T00:00:00Z"); at > since && found.length < count; at -= STEP_MS)
    if (offsetAt(zone, at - STEP_MS) !== offsetAt(zone, at))
      found.push(changeBetween(zone, at - STEP_MS, at));
  return found;
}

function changeBetween(zone: string, from: number, to: number): number {
  const before = offsetAt(zone, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** When a wall time occurs: the first of two, or the end of the gap that skips it. */
export function happensAt(zone: string, date: Temporal.PlainDate, hour: number, minute: number): number {
  const shown = date.toPlainDateTime({ hour, minute });
  const [earlier, later] = (["earlier", "later"] as const).map(
    (disambiguation) => shown.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
  );
  if (earlier === undefined || later === undefined) throw new Error("no instant");
  const isSkipped = !Temporal.Instant.fromEpochMilliseconds(earlier)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .equals(shown);
  return isSkipped ? changeBetween(zone, earlier, later) : earlier;
}

export function dateIn(zone: string, at: number): Temporal.PlainDate {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate();
}

export function wallIn(zone: string, at: number): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDateTime();
}

/** Every instant of a wall time in a zone: none, one or two. */
export function instantsOf(zone: string, date: Temporal.PlainDate, hour: number, minute: number): number[] {
  const shown = date.toPlainDateTime({ hour, minute });
  const both = (["earlier", "later"] as const).map(
    (disambiguation) => shown.toZonedDateTime(zone, { disambiguation }).epochMilliseconds,
  );
  return [...new Set(both)].filter((at) => wallIn(zone, at).equals(shown));
}
