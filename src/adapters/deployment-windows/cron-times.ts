import { Cron } from "croner";
import { endOfJump, instantsOf, offsetsOf } from "./zone-time";

const DAY_MS = 86_400_000;
/** Beyond this distance a new list is started. */
const GAP_MS = 40 * DAY_MS;
/** Hourly times of two years. */
const MOST_KEPT = 20_000;
/** More than wall times and UTC can differ. */
const MARGIN_MS = 2 * DAY_MS;

/** The times of a five-field cron text in a zone, cached: croner takes a fifth of a millisecond for each. */
export interface CronTimes {
  /** The last time at or before `at`, if it is after `notBefore`. */
  last(at: number, notBefore: number): number | undefined;
  /** The first time after `at`. */
  next(at: number): number | undefined;
}

/** Whether a wall time that occurs twice counts once, at the first occurrence, or every time. */
export type Repeated = "first" | "every";

/**
 * Croner finds wall times in UTC; this function applies the zone, since croner 11 skips or doubles some times when clocks
 * change. A skipped wall time happens right after the jump, a repeated one as `repeated` defines. With `*` for the hour,
 * each elapsed hour counts instead.
 */
export function createCronTimes(cron: string, zone: string, repeated: Repeated = "first"): CronTimes {
  const job = new Cron(cron, { timezone: "UTC", mode: "5-part" });
  const isHourly = cron.trim().split(/\s+/)[1] === "*";
  const offsetAt = offsetsOf(zone);
  /** `times`: every time after `from` whose wall time is at most `shown`, ascending. */
  let known = { from: 0, shown: -1, times: [] as number[] };

  function timesOf(shown: number): readonly number[] {
    const times = instantsOf(offsetAt, shown);
    if (isHourly) return times;
    if (times.length === 0) return [endOfJump(offsetAt, shown)];
    return repeated === "every" ? times : times.slice(0, 1);
  }

  function add(time: number): void {
    const place = countUpTo(known.times, time);
    if (time > known.from && known.times[place - 1] !== time) known.times.splice(place, 0, time);
  }

  function cover(from: number, to: number): void {
    const isNear = from >= known.from && to <= known.shown + GAP_MS && known.times.length < MOST_KEPT;
    if (!isNear) known = { from, shown: from - MARGIN_MS, times: [] };
    while (known.shown <= to + MARGIN_MS || (known.times.at(-1) ?? -Infinity) <= to) {
      const next = job.nextRun(new Date(known.shown))?.getTime();
      if (next === undefined) break;
      timesOf(next).forEach(add);
      known.shown = next;
    }
  }

  return {
    last(at, notBefore) {
      cover(notBefore, at);
      const time = known.times[countUpTo(known.times, at) - 1];
      return time !== undefined && time > notBefore ? time : undefined;
    },
    next(at) {
      cover(at, at);
      return known.times[countUpTo(known.times, at)];
    },
  };
}

/** How many of the ascending numbers are at most `limit`. */
export function countUpTo(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Infinity) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
