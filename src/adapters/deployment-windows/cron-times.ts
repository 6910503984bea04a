import { Cron } from "croner";
import { endOfJump, instantsOf, offsetsOf } from "./zone-time";

const DAY_MS = 86_400_000;
/** Further away than this a new list is begun instead of walking there. */
const GAP_MS = 40 * DAY_MS;
/** One time an hour for two years. */
const MOST_KEPT = 20_000;
/** No clock on a wall is further from UTC, with all that a change may add. */
const MARGIN_MS = 2 * DAY_MS;

/** The times of a five-field cron text in a zone, found once and remembered: croner takes a fifth of a millisecond each. */
export interface CronTimes {
  /** The last time at or before `at`, when it is after `notBefore`. */
  last(at: number, notBefore: number): number | undefined;
  /** The first time after `at`. */
  next(at: number): number | undefined;
}

/** When a time begins that clocks show twice: the first of both, or each time. */
export type Repeated = "first" | "every";

/**
 * Croner knows which wall times match the text, the zone is ours: croner 11 leaves out or doubles some times of a list
 * where clocks change. A time that they skip happens when they have jumped; one that they show twice happens as
 * `repeated` says. A text that leaves the hour open (`*`) happens in every hour that passes, and in no other.
 */
export function createCronTimes(cron: string, zone: string, repeated: Repeated = "first"): CronTimes {
  const job = new Cron(cron, { timezone: "UTC", mode: "5-part" });
  const isHourly = cron.trim().split(/\s+/)[1] === "*";
  const offsetAt = offsetsOf(zone);
  /** Every time after `from` whose wall time is at most `shown`, ascending. */
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
