import { Cron } from "croner";

/** Any fixed time just before a leap day works. */
const REFERENCE = new Date("2024-01-01T00:00:00Z");

/** The mistake in a five-field cron text; the zone is checked elsewhere. */
export function cronMistake(text: string): string | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5)
    return 'five fields: minute, hour, day of month, month, day of week, such as "0 2 * * TUE"';
  if (!/^[0-5]?\d$/.test(fields[0] ?? ""))
    return "one minute (0 to 59) in the first field: nothing starts more than once an hour";
  try {
    const next = new Cron(text, { timezone: "UTC", mode: "5-part" }).nextRun(REFERENCE);
    return next ? undefined : "a time that comes: this one never does";
  } catch (fault) {
    return `a cron text (${fault instanceof Error ? fault.message.replace(/^Cron\w*: /, "") : "unreadable"})`;
  }
}
