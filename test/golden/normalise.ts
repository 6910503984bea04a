import { createHash } from "node:crypto";

/** What the comparison ignores, and why (golden README, "Normalise"). The replay table prints it. */
export const ignored: Readonly<Record<string, string>> = {
  "times, durations": "they differ from run to run; presence is compared",
  "GUIDs, 32-digit ids": "random; form is compared, host-made ids are mapped before they are used",
  "text behind the first line of a failure; Details, StackTrace, ExceptionType":
    ".NET detail; presence is compared",
  "ExceptionMessage of a JSON that cannot be read": "Newtonsoft's words",
  "order of names in lists of known functions": "the order of registration means nothing",
  "sorter of an entity's scheduler state": "bookkeeping of a transport that reorders; presence is compared",
  "1E+21 and 1e+21": ".NET and JavaScript write numbers differently; both are read as the same",
  "order of members in JSON": "means nothing",
  "headers date, server, connection, content-length, transfer-encoding, keep-alive": "were not recorded",
  "numbers of instances a filter purged, rows of instances of unrecorded runs":
    "the recorded hub held more than is played here",
  "names in lists of known functions (management, client)": "recorded before the app had its last functions",
  "the page at the root beyond its beginning": "150 KB of decoration",
  "sequence numbers, lock tokens and the name of the broker": "another broker",
  "trigger metadata of orchestrators and entities":
    "left out: the whole history once more, which the SDK parses and nobody reads",
  "protobuf defaults of raw exchanges":
    "in process there is no protobuf: empty lists, maps and texts are absent",
};

const timed = [
  "Timestamp",
  "FireAt",
  "fireAt",
  "ScheduledTime",
  "createdTime",
  "lastUpdatedTime",
  "lastOperationTime",
  "requestTime",
  "startTime",
  "Predecessor",
  "duration",
  "time",
  "TimerTrigger",
];
const detail = ["Details", "StackTrace", "ExceptionType", "stackTrace"];
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const hex = /\b[0-9a-f]{32}\b/g;
const instant = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?/g;
const rpcPort = /^http:\/\/127\.0\.0\.1:\d+\/durabletask\//;
/** The recording truncated longer strings and kept their length and hash. */
const CUT = 8_192;

/** Replaces everything that differs from run to run. */
export function normalise(value: unknown, key = ""): unknown {
  if (detail.includes(key)) return value === null || value === undefined ? null : "<detail>";
  if (timed.includes(key)) return "<time>";
  if (key === "sorter") return "<sorter>";
  if (typeof value === "string") return normaliseText(value);
  if (Array.isArray(value)) return value.map((item) => normalise(item));
  if (value instanceof Uint8Array) return { $base64: Buffer.from(value).toString("base64") };
  if (typeof value !== "object" || value === null) return value;
  if ("$cut" in value) {
    const { length, sha256 } = value.$cut as { length: number; sha256: string };
    return { length, sha256 };
  }
  const members = value as Readonly<Record<string, unknown>>;
  const unreadable = members["Message"] === "Invalid JSON content";
  return Object.fromEntries(
    Object.entries(members)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [
        name,
        unreadable && name === "ExceptionMessage" ? "<Newtonsoft>" : normalise(member, name),
      ]),
  );
}

function normaliseText(text: string): unknown {
  if (text.length > CUT) {
    return { length: text.length, sha256: createHash("sha256").update(text, "utf8").digest("hex") };
  }
  if (/^[[{]/.test(text)) {
    try {
      return { json: normalise(JSON.parse(text)) };
    } catch {
      // The text is not JSON.
    }
  }
  const line = text.split("\n")[0] ?? "";
  const known = /functions: (.*)\.$/.exec(line)?.[1];
  if (known !== undefined) return line.replace(known, known.split(", ").sort().join(", "));
  return line
    .replace(guid, "<guid>")
    .replace(hex, "<id>")
    .replace(instant, "<time>")
    .replace(rpcPort, "http://127.0.0.1:<port>/durabletask/")
    .replace(/\b(\d(?:\.\d+)?)E([+-])0*(\d+)\b/g, "$1e$2$3")
    .replace(/ +$/, "");
}

/** Normalised values, sorted, to compare them in any order. */
export function asSet(values: readonly unknown[]): unknown[] {
  return values
    .map((value) => normalise(value))
    .map((value) => [JSON.stringify(value), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);
}
