/** A time in replies of the HTTP API: in UTC, and in the zone of the pair. */
export interface ShownTime {
  readonly utc: string;
  readonly local: string;
}

export function showTime(ms: number, timeZone: string): ShownTime {
  return { utc: toTime(ms), local: `${formatOf(timeZone).format(new Date(ms))} ${timeZone}` };
}

export function showKnown(ms: number | undefined, timeZone: string): ShownTime | undefined {
  return ms === undefined ? undefined : showTime(ms, timeZone);
}

/** A time inside a text: UTC, followed by the local time if the zone is known. */
export function formatTime(ms: number, timeZone?: string): string {
  if (timeZone === undefined) return toTime(ms);
  const { utc, local } = showTime(ms, timeZone);
  return `${utc} (${local})`;
}

/** Cached: creating a format takes longer than a hundred uses of it. Only zones of the pairs file occur. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  formats.set(timeZone, format);
  return format;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** A duration of whole seconds in the largest unit that divides it: 120000 is "2m". */
export function durationText(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms !== 0 && ms % each === 0) ?? ["s", 1_000];
  return `${ms / size}${unit}`;
}

export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
