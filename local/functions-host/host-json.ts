import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceBusSettings } from "./service-bus-trigger";

export interface HostJson {
  readonly routePrefix: string;
  readonly serviceBus: ServiceBusSettings;
  /** Category prefixes with their minimum level. */
  readonly logLevel: Readonly<Record<string, string>>;
  /** Settings of host.json that have no effect here, to be logged. */
  readonly ignored: readonly string[];
}

interface Sections {
  readonly version?: string;
  readonly logging?: { readonly logLevel?: Readonly<Record<string, string>> };
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

/** Reads host.json; refuses invalid JSON and other versions. */
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
    logLevel: sections.logging?.logLevel ?? {},
    routePrefix: http?.routePrefix ?? "api",
    serviceBus: {
      maxConcurrentCalls: serviceBus?.maxConcurrentCalls ?? 16,
      autoCompleteMessages: serviceBus?.autoCompleteMessages ?? true,
      maxAutoLockRenewalMs: spanMs(serviceBus?.maxAutoLockRenewalDuration ?? "00:05:00"),
    },
    ignored: ignoredIn(sections),
  };
}

function spanMs(span: string): number {
  const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{2}):(\d{2})$/.exec(span);
  if (!parts) throw new Error(`host.json: "${span}" is not a time span (days.hh:mm:ss)`);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = parts.slice(1).map((part) => Number(part || 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

/** Settings with an effect on Azure and none here, by path. A prefetch of 0 is the behaviour here anyway. */
function ignoredIn(sections: Sections): string[] {
  const { http = {}, serviceBus = {} } = sections.extensions ?? {};
  const { logging = {} } = sections;
  const others = (section: object, path: string, known: readonly string[]) =>
    Object.entries(section)
      .filter(([name, value]) => !known.includes(name) && !(name === "prefetchCount" && value === 0))
      .map(([name]) => path + name);
  return [
    ...others(sections, "", understood),
    ...others(logging, "logging.", ["logLevel"]),
    ...others(http, "extensions.http.", ["routePrefix"]),
    ...others(serviceBus, "extensions.serviceBus.", [
      "maxConcurrentCalls",
      "autoCompleteMessages",
      "maxAutoLockRenewalDuration",
    ]),
  ];
}
