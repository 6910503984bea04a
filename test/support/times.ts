/**
 * Finds times that are not in the format of their channel, with their paths. The HTTP API uses `{utc, local}`; events
 * and the audit use RFC 3339 UTC. A text contains a time as UTC, optionally followed by its local time.
 */
export function strayTimes(value: unknown, channel: "api" | "events", path = "$"): readonly string[] {
  if (typeof value === "number") return isEpoch(value) ? [`${path}: ${value}`] : [];
  if (typeof value === "string") return isStray(value, channel) ? [`${path}: ${value}`] : [];
  if (typeof value !== "object" || value === null) return [];
  if ("utc" in value || "local" in value)
    return channel === "api" && isShown(value) ? [] : [`${path}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([name, each]) =>
    isOpaque(`${path}.${name}`) ? [] : strayTimes(each, channel, `${path}.${name}`),
  );
}

/** Throws when an answer or an event has a time in another format. */
export function expectOneFormat(value: unknown, channel: "api" | "events"): void {
  const stray = strayTimes(value, channel);
  if (stray.length > 0) throw new Error(`times in another format: ${stray.join("; ")}`);
}

/** A sender's own text and the id of an event can contain anything. */
function isOpaque(path: string): boolean {
  return (
    path === "$.id" || path.endsWith(".body.excerpt") || /\.issues\.\d+\.(value|expectation)$/.test(path)
  );
}

const UTC = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`;
const LOCAL = String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [A-Z][\w/+-]*`;
const utc = new RegExp(`^${UTC}$`);
const local = new RegExp(`^${LOCAL}$`);
const inText = new RegExp(String.raw`${UTC}( \(${LOCAL}\))?`, "g");
const timely = /\d{4}-\d\d-\d\d[T ]\d|\b\d\d:\d\d:\d\d|\b1[5-9]\d{11}\b/;

/** Seconds or milliseconds between 2017 and 2040. No count or duration is that large. */
function isEpoch(number: number): boolean {
  return [1, 1_000].some((unit) => number >= 1_483_228_800 * unit && number <= 2_208_988_800 * unit);
}

function isShown(value: object): boolean {
  const { utc: a, local: b, ...rest } = value as Record<string, unknown>;
  return utc.test(String(a)) && local.test(String(b)) && Object.keys(rest).length === 0;
}

function isStray(text: string, channel: "api" | "events"): boolean {
  if (channel === "api" && utc.test(text)) return true;
  return timely.test(text.replace(inText, ""));
}
