const SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/;

/** Parses a .NET TimeSpan of host.json, `[d.]hh:mm:ss[.fff]`, to ms; undefined when it is not one. */
export function parseTimeSpan(text: string): number | undefined {
  const [, days = "0", hours, minutes, seconds, fraction = ""] = SPAN.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Math.round(Number(`0.${fraction || "0"}`) * 1000);
}
