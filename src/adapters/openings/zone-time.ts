/** A date and time as a clock on the wall shows it. */
export interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** When a zone's clocks show a wall time; milliseconds since the epoch. */
export type ToInstant = (wall: Wall) => number;

const DAY_MS = 86_400_000;
/** Offsets change on quarters of an hour only, in every zone since 1970. */
const QUARTER_MS = 15 * 60_000;
const MOST_REMEMBERED = 50_000;

/** Wall time as if the zone were UTC, days and months beyond their range carried over. */
export function asUtc({ year, month, day, hour, minute, second }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** What clocks show more than UTC at an instant, in milliseconds. */
export type OffsetAt = (at: number) => number;

/** The instants at which clocks show a time, ascending: none where they skip it, two where they show it again. */
export function instantsOf(offsetAt: OffsetAt, shown: number): readonly number[] {
  const both = [shown - offsetAt(shown - DAY_MS), shown - offsetAt(shown + DAY_MS)];
  return [...new Set(both)].filter((at) => at + offsetAt(at) === shown);
}

/** The instant at which clocks jump over a time that they do not show. */
export function endOfJump(offsetAt: OffsetAt, shown: number): number {
  const after = offsetAt(shown + DAY_MS);
  let [low, high] = [shown - after, shown - offsetAt(shown - DAY_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === after) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Wall time as an instant: a time that comes twice is the first one, a time that the clocks skip is read with the
 * offset before the gap (https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5).
 */
export function createToInstant(offsetAt: OffsetAt): ToInstant {
  return (wall) => {
    const shown = asUtc(wall);
    return instantsOf(offsetAt, shown)[0] ?? shown - offsetAt(shown - DAY_MS);
  };
}

/** What a zone of the tz database adds to UTC at an instant, in milliseconds. */
export function createOffsets(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit" },
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit" },
  });
  const known = new Map<number, number>();
  return (at) => {
    const quarter = Math.floor(at / QUARTER_MS);
    const found = known.get(quarter);
    if (found !== undefined) return found;
    const from = quarter * QUARTER_MS;
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
      format.format(from).match(/\d+/g) ?? []
    ).map(Number);
    const offset = asUtc({ year, month, day, hour, minute, second }) - from;
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(quarter, offset);
    return offset;
  };
}
