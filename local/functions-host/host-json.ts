import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceBusSettings } from "./service-bus-trigger";

export interface HostJson {
  readonly routePrefix: string;
  readonly serviceBus: ServiceBusSettings;
  /** What stands in host.json and means nothing here, to be said aloud. */
  readonly ignored: readonly string[];
}

interface Sections {
  readonly version?: string;
  readonly extensions?: {
    readonly http?: { readonly routePrefix?: string };
    readonly serviceBus?: {
      readonly maxConcurrentCalls?: number;
      readonly autoCompleteMessages?: boolean;
      readonly maxAutoLockRenewalDuration?: string;
    };
  };
}

const understood = [
  "version",
  "extensions",
  "extensionBundle",
  "logging",
  "functionTimeout",
  "telemetryMode",
];

/** Reads host.json; a file that is no JSON or of another version is refused. */
export function readHostJson(appDirectory: string): HostJson {
  const file = join(appDirectory, "host.json");
  let sections: Sections;
  try {
    sections = JSON.parse(readFileSync(file, "utf8")) as Sections;
  } catch (cause) {
    throw new Error(`${file} cannot be read`, { cause });
  }
  if (sections.version !== "2.0") throw new Error(`${file}: version must be "2.0"`);
  const { http, serviceBus } = sections.extensions ?? {};
  return {
    routePrefix: http?.routePrefix ?? "api",
    serviceBus: {
      maxConcurrentCalls: serviceBus?.maxConcurrentCalls ?? 16,
      autoCompleteMessages: serviceBus?.autoCompleteMessages ?? true,
      maxAutoLockRenewalMs: spanMs(serviceBus?.maxAutoLockRenewalDuration ?? "00:05:00"),
    },
    ignored: Object.keys(sections).filter((name) => !understood.includes(name)),
  };
}

function spanMs(span: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = span.split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
