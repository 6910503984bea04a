export interface HubSettings {
  readonly hubName: string;
  readonly defaultVersion: string | null;
  readonly versionMatchStrategy: "None" | "Strict" | "CurrentOrOlder";
  readonly versionFailureStrategy: "Reject" | "Fail";
  readonly maxActivities: number;
}

/** Settings of `extensions.durableTask` that mean nothing to an embedded store, and are accepted. */
const withoutMeaning = [
  "storageProvider",
  "tracing",
  "maxConcurrentOrchestratorFunctions",
  "maxConcurrentEntityFunctions",
  "extendedSessionsEnabled",
  "notifications",
  "useGracefulShutdown",
  "maxGrpcMessageSizeInBytes",
];

/** Reads the section of host.json; a setting the engine does not know is refused, since it could not be honoured. */
export function parseSettings(section: Readonly<Record<string, unknown>>): HubSettings {
  const known = [
    "hubName",
    "defaultVersion",
    "versionMatchStrategy",
    "versionFailureStrategy",
    "maxConcurrentActivityFunctions",
  ];
  const unknown = Object.keys(section).filter((name) => ![...known, ...withoutMeaning].includes(name));
  if (unknown.length > 0) {
    throw new Error(`host.json durableTask: the embedded engine does not support ${unknown.join(", ")}`);
  }
  const text = (name: string): string | undefined => {
    const value = section[name];
    return typeof value === "string" ? value : undefined;
  };
  const limit = section["maxConcurrentActivityFunctions"] ?? 10;
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 1) {
    throw new Error("host.json durableTask: maxConcurrentActivityFunctions must be a whole number from 1");
  }
  return {
    hubName: text("hubName") ?? "TestHub",
    defaultVersion: text("defaultVersion") ?? null,
    versionMatchStrategy: oneOf(text("versionMatchStrategy") ?? "CurrentOrOlder", [
      "None",
      "Strict",
      "CurrentOrOlder",
    ]),
    versionFailureStrategy: oneOf(text("versionFailureStrategy") ?? "Reject", ["Reject", "Fail"]),
    maxActivities: limit,
  };
}

function oneOf<const T extends string>(value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined)
    throw new Error(`host.json durableTask: "${value}" is none of ${allowed.join(", ")}`);
  return found;
}
