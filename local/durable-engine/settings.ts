import { parseTimeSpan } from "./time-span";

export interface HubSettings {
  readonly hubName: string;
  readonly defaultVersion: string | null;
  readonly versionMatchStrategy: "None" | "Strict" | "CurrentOrOlder";
  readonly versionFailureStrategy: "Reject" | "Fail";
  readonly maxActivities: number;
  /** Control queues of the hub. A hub on disk may be opened with another number: nothing is stored by partition. */
  readonly partitionCount: number;
  /** The longest pause between two polls of an empty queue. */
  readonly maxPollingMs: number;
  /** How long messages of a dead host stay hidden. */
  readonly controlQueueVisibilityMs: number;
  readonly workItemQueueVisibilityMs: number;
}

const known = [
  "hubName",
  "defaultVersion",
  "versionMatchStrategy",
  "versionFailureStrategy",
  "maxConcurrentActivityFunctions",
  "storageProvider",
  "extendedSessionsEnabled",
];

/** Settings of `extensions.durableTask` without meaning for an embedded store; accepted. */
const withoutMeaning = [
  "tracing",
  "maxConcurrentOrchestratorFunctions",
  "maxConcurrentEntityFunctions",
  "notifications",
  "useGracefulShutdown",
  "maxGrpcMessageSizeInBytes",
];

/** The provider's own defaults (https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-bindings). */
const DEFAULTS = { partitions: 4, pollingMs: 30_000, visibilityMs: 300_000 };
const MOST_PARTITIONS = 16;
const SHORTEST_CONTROL_VISIBILITY_MS = 60_000;

/** Reads the section of host.json. Refuses unknown settings, since the engine could not honour them. */
export function parseSettings(section: Readonly<Record<string, unknown>>): HubSettings {
  const unknown = Object.keys(section).filter((name) => ![...known, ...withoutMeaning].includes(name));
  if (unknown.length > 0) throw refused(`the embedded engine does not support ${unknown.join(", ")}`);
  if (section["extendedSessionsEnabled"] === true) {
    throw refused(
      "extendedSessionsEnabled is for in-process and isolated .NET workers: with a Node worker the host never starts, and answers 503 for good",
    );
  }
  const text = (name: string): string | undefined => {
    const value = section[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    hubName: text("hubName") ?? "TestHub",
    defaultVersion: text("defaultVersion") ?? null,
    versionMatchStrategy: oneOf(text("versionMatchStrategy") ?? "CurrentOrOlder", [
      "None",
      "Strict",
      "CurrentOrOlder",
    ]),
    versionFailureStrategy: oneOf(text("versionFailureStrategy") ?? "Reject", ["Reject", "Fail"]),
    maxActivities: wholeNumber("maxConcurrentActivityFunctions", section["maxConcurrentActivityFunctions"], {
      absent: 10,
    }),
    ...parseProvider(section["storageProvider"] ?? {}),
  };
}

type Provider = Pick<
  HubSettings,
  "partitionCount" | "maxPollingMs" | "controlQueueVisibilityMs" | "workItemQueueVisibilityMs"
>;

/** Reads the storage provider's section: honours pace and recovery, ignores what is about Azure Storage. */
function parseProvider(given: unknown): Provider {
  if (typeof given !== "object" || given === null) throw refused("storageProvider must be an object");
  const section = given as Readonly<Record<string, unknown>>;
  const controlQueueVisibilityMs = timeSpan(section, "controlQueueVisibilityTimeout", DEFAULTS.visibilityMs);
  if (controlQueueVisibilityMs < SHORTEST_CONTROL_VISIBILITY_MS)
    throw refused(
      "controlQueueVisibilityTimeout must be at least 00:01:00: below it the host does not start",
    );
  return {
    partitionCount: wholeNumber("partitionCount", section["partitionCount"], {
      absent: DEFAULTS.partitions,
      most: MOST_PARTITIONS,
    }),
    maxPollingMs: timeSpan(section, "maxQueuePollingInterval", DEFAULTS.pollingMs),
    controlQueueVisibilityMs,
    workItemQueueVisibilityMs: timeSpan(section, "workItemQueueVisibilityTimeout", DEFAULTS.visibilityMs),
  };
}

function timeSpan(section: Readonly<Record<string, unknown>>, name: string, absent: number): number {
  const value = section[name];
  if (value === undefined) return absent;
  const ms = typeof value === "string" ? parseTimeSpan(value) : undefined;
  if (ms === undefined || ms === 0) throw refused(`${name} must be a time such as "00:00:30"`);
  return ms;
}

function wholeNumber(
  name: string,
  value: unknown,
  { absent, most = Infinity }: { readonly absent: number; readonly most?: number },
): number {
  if (value === undefined) return absent;
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw refused(`${name} must be a whole number from 1${most === Infinity ? "" : ` to ${most}`}`);
}

function oneOf<const T extends string>(value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw refused(`"${value}" is none of ${allowed.join(", ")}`);
  return found;
}

function refused(why: string): Error {
  return new Error(`host.json durableTask: ${why}`);
}
