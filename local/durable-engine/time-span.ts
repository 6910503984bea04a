const SPAN = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,7}))?$/;

/** A .NET TimeSpan as host.json writes it, `[d.]hh:mm:ss[.fff]`, in ms; undefined where the text is none. */
export function parseTimeSpan(text: string): number | undefined {
  const [, days = "0", hours, minutes, seconds, fraction = ""] = SPAN.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59)
    return undefined;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return whole * 1000 + Math.round(Number(`0.${fraction || "0"}`) * 1000);
}
