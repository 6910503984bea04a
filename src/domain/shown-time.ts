import { toTime } from "./events";

/** Times as people read them: UTC, and the pair's zone. */
export interface ShownTime {
  readonly utc: string;
  readonly local: string;
}

export function showTime(ms: number, timeZone: string): ShownTime {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return { utc: toTime(ms), local: `${format.format(new Date(ms))} ${timeZone}` };
}
