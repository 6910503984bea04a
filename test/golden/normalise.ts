/** Fields that hold times, ids or .NET detail: compared by presence only (golden README, "Normalise"). */
const timed = [
  "Timestamp",
  "FireAt",
  "fireAt",
  "ScheduledTime",
  "createdTime",
  "lastUpdatedTime",
  "requestTime",
  "startTime",
  "Predecessor",
  "duration",
  "time",
];
const detail = ["Details", "StackTrace", "ExceptionType"];
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b/g;
const instant = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?/g;

/** A value with everything replaced that differs from run to run. */
export function normalise(value: unknown, key = ""): unknown {
  if (detail.includes(key)) return value === null || value === undefined ? null : "<detail>";
  if (timed.includes(key)) return "<time>";
  if (typeof value === "string") return normaliseText(value);
  if (Array.isArray(value)) return value.map((item) => normalise(item));
  if (typeof value === "object" && value !== null && "$cut" in value) {
    return `<${String((value.$cut as { length: number }).length)} characters>`;
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [name, normalise(member, name)]),
    );
  }
  return value;
}

/** Longer strings were cut when recorded; their length stands for them. */
const CUT = 8_192;

function normaliseText(text: string): unknown {
  if (text.length > CUT) return `<${text.length} characters>`;
  if (/^[[{]/.test(text)) {
    try {
      return { json: normalise(JSON.parse(text)) };
    } catch {
      // It only looks like JSON.
    }
  }
  const line = text.split("\n")[0] ?? "";
  // The order in which functions became known to the host means nothing.
  const known = /functions: (.*)\.$/.exec(line)?.[1];
  if (known !== undefined) return line.replace(known, known.split(", ").sort().join(", "));
  return line.replace(guid, "<guid>").replace(instant, "<time>").replace(/ +$/, "");
}
