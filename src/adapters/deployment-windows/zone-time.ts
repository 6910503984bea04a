/** The offset of wall time from UTC at an instant, in milliseconds. */
export type OffsetAt = (at: number) => number;

/** Converts a wall time, in milliseconds as if it were UTC, to an instant, in milliseconds since the epoch. */
export type ToInstant = (shown: number) => number;

const DAY_MS = 86_400_000;
/** Since 1970, offsets of all zones change on quarter hours only, and at most once a day. */
const QUARTER_MS = 15 * 60_000;
const MOST_REMEMBERED = 20_000;

/** The instants of a wall time, ascending: none if clocks skip it, two if it repeats. */
export function instantsOf(offsetAt: OffsetAt, shown: number): readonly number[] {
  const both = [shown - offsetAt(shown - DAY_MS), shown - offsetAt(shown + DAY_MS)];
  return [...new Set(both)].filter((at) => at + offsetAt(at) === shown);
}

/** The instant at which clocks jump over a skipped wall time. */
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
 * Of a repeated wall time the first instant; a skipped one is read with the offset before the gap
 * (https://www.rfc-editor.org/rfc/rfc5545#section-3.3.5).
 */
export function createToInstant(offsetAt: OffsetAt): ToInstant {
  return (shown) => {
    const before = shown - offsetAt(shown - DAY_MS);
    if (before + offsetAt(before) === shown) return before;
    return instantsOf(offsetAt, shown)[0] ?? before;
  };
}

const offsets = new Map<string, OffsetAt>();

/** The offsets of a zone of the tz database, cached per zone. */
export function offsetsOf(zone: string): OffsetAt {
  const found = offsets.get(zone) ?? createOffsets(zone);
  offsets.set(zone, found);
  return found;
}

function createOffsets(zone: string): OffsetAt {
  const date = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const time = { hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, ...date, ...time });
  const known = new Map<number, number>();
  const check = (from: number): number => {
    const found = known.get(from);
    if (found !== undefined) return found;
    const [month = 1, day = 1, year = 1970, hour = 0, minute = 0, second = 0] = (
      format.format(from).match(/\d+/g) ?? []
    ).map(Number);
    const offset = Date.UTC(year, month - 1, day, hour, minute, second) - from;
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(from, offset);
    return offset;
  };
  return (at) => {
    const day = Math.floor(at / DAY_MS) * DAY_MS;
    const offset = check(day);
    return offset === check(day + DAY_MS) ? offset : check(Math.floor(at / QUARTER_MS) * QUARTER_MS);
  };
}
