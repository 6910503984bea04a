import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** What `npm start` was asked for. */
export interface WorldOptions {
  readonly json: boolean;
  readonly fresh: boolean;
  readonly dataDirectory: string;
  readonly scenario: string;
  /** Divides the durations of the generated pairs.json and of the scenario's scripts. */
  readonly speed: number;
  /** First of a row of ports; absent: the usual ones where they are free. */
  readonly portBase?: number | undefined;
}

export const startUsage = `Usage: npm start -- [options]
  --json          print one JSON line when ready, and nothing else on standard output
  --data DIR      where everything durable is kept (default: a folder under your cache)
  --fresh         forget what is there first
  --scenario NAME a file of local/world/scenarios (default: default)
  --speed N       divide the durations of pairs.json and of the scripts by N
  --port-base N   use ports from N on`;

/** Parses the command line, or says every mistake. */
export function parseWorldOptions(
  args: readonly string[],
  env: Record<string, string | undefined>,
): { options: WorldOptions } | { complaints: string[] } {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        fresh: { type: "boolean", default: false },
        data: { type: "string" },
        scenario: { type: "string", default: "default" },
        speed: { type: "string", default: "1" },
        "port-base": { type: "string" },
      },
    }));
  } catch (fault) {
    return { complaints: [(fault as Error).message] };
  }
  const complaints: string[] = [];
  const speed = numberOf(values.speed, "--speed", 1, 1000, complaints) ?? 1;
  const portBase = numberOf(values["port-base"], "--port-base", 1024, 65_000, complaints);
  if (!/^[a-z0-9-]+$/.test(values.scenario))
    complaints.push("--scenario: a name like default, without a path");
  if (complaints.length > 0) return { complaints };
  const { json, fresh, scenario } = values;
  return {
    options: {
      json,
      fresh,
      scenario,
      speed,
      portBase,
      dataDirectory: values.data ?? defaultDataDirectory(env),
    },
  };
}

function numberOf(
  text: string | undefined,
  name: string,
  min: number,
  max: number,
  complaints: string[],
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  complaints.push(`${name}: a number from ${min} to ${max}, not "${text}"`);
  return undefined;
}

function defaultDataDirectory(env: Record<string, string | undefined>): string {
  return join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "cloud-service-swap", "world");
}
