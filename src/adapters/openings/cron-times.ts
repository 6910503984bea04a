import { Cron } from "croner";

const DAY_MS = 86_400_000;
/** Further away than this a new list is begun instead of walking there. */
const GAP_MS = 40 * DAY_MS;
/** One time an hour for two years. */
const MOST_KEPT = 20_000;
/** Before the first time asked for: no zone repeats more than two hours of local time. */
const MARGIN_MS = DAY_MS;

/** The times of a five-field cron text in a zone, found once and remembered: croner takes a fifth of a millisecond each. */
export interface CronTimes {
  /** The last time at or before `at`, when it is after `notBefore`. */
  last(at: number, notBefore: number): number | undefined;
  /** The first time after `at`. */
  next(at: number): number | undefined;
}

/**
 * Times as croner finds them: a time that a zone's clocks skip happens when they have jumped, a time they show twice
 * happens the first time; a text that names every hour (`*`) happens in every hour that passes.
 */
export function createCronTimes(cron: string, zone: string): CronTimes {
  const job = new Cron(cron, { timezone: zone, mode: "5-part" });
  /** Every time after `from` up to `upTo`, ascending. */
  let known = { from: 0, upTo: -1, times: [] as number[] };

  function cover(from: number, to: number): void {
    const isNear = from >= known.from && to <= known.upTo + GAP_MS && known.times.length < MOST_KEPT;
    if (!isNear) known = { from: from - MARGIN_MS, upTo: from - MARGIN_MS, times: [] };
    while (known.upTo <= to) {
      const next = job.nextRun(new Date(known.upTo))?.getTime() ?? Infinity;
      if (next !== Infinity) known.times.push(next);
      known.upTo = next;
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
