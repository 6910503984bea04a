import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { nearest } from "./nearest";

/** The options of `npm start`. */
export interface WorldOptions {
  readonly json: boolean;
  readonly fresh: boolean;
  readonly dataDirectory: string;
  readonly scenario: string;
  /** The user's pairs file instead of a scenario: an absolute path. */
  readonly pairsFile?: string;
  /** Divides durations of pairs.json and of the scenario's scripts. */
  readonly speed: number;
  /** The first of consecutive ports; the usual ones, if free, when absent. */
  readonly portBase?: number;
}

/** What to do: `env` describes a running world and starts none. */
type WorldCommand =
  | { readonly command: "help" }
  | { readonly command: "env"; readonly dataDirectory: string }
  | { readonly command: "start"; readonly options: WorldOptions };

type Environment = Readonly<Record<string, string | undefined>>;

const flags = {
  data: { type: "string", hint: "DIR", text: "folder for durable data (default: in your cache folder)" },
  fresh: { type: "boolean", hint: "", text: "delete the data of an earlier world first" },
  scenario: {
    type: "string",
    hint: "NAME",
    text: "a scenario of local/world/scenarios: default, calm, regression",
  },
  pairs: { type: "string", hint: "FILE", text: "your own pairs file, with simulated services" },
  speed: {
    type: "string",
    hint: "N",
    text: "divide durations by N: scripts, and the waits of the pairs file",
  },
  "port-base": { type: "string", hint: "N", text: "use ports from N on" },
  json: {
    type: "boolean",
    hint: "",
    text: "print only one JSON line on standard output when ready",
  },
  env: { type: "boolean", hint: "", text: "print export lines for the world that runs on --data, and exit" },
  help: { type: "boolean", hint: "", text: "print this" },
} as const;

type Flag = keyof typeof flags;

export const startUsage = `Usage: npm start -- [options]
${Object.entries(flags)
  .map(([name, { hint, text }]) => `  ${`--${name} ${hint}`.padEnd(18)}${text}`)
  .join("\n")}

Examples:
  npm start
  npm start -- --fresh --scenario calm --port-base 18000
  npm start -- --pairs pairs.sample.json --speed 10
  eval "$(npm start --silent -- --env)"     # in another terminal: HTTP, TOKEN, TOKEN_APPROVER, RESOURCE_MANAGER, …`;

/** Parses the command line; returns all errors if there are any. */
export function parseWorldOptions(
  args: readonly string[],
  env: Environment,
): WorldCommand | { readonly issues: readonly string[] } {
  const { given, issues } = readFlags(args);
  if (given.has("help")) return { command: "help" };
  const speed = numberOf(given, "speed", 1, 1000, issues) ?? 1;
  const portBase = numberOf(given, "port-base", 1024, 65_000, issues);
  const scenario = given.get("scenario") ?? "default";
  if (!/^[a-z0-9-]+$/.test(scenario)) issues.push("--scenario: a name like default, without a path");
  issues.push(...contradictions(given), ...takenByNpm(given, env));
  if (issues.length > 0) return { issues };
  const pairs = given.get("pairs");
  const dataDirectory = resolve(given.get("data") ?? defaultDataDirectory(env, pairs !== undefined));
  if (given.has("env")) return { command: "env", dataDirectory };
  return {
    command: "start",
    options: {
      json: given.has("json"),
      fresh: given.has("fresh"),
      scenario,
      pairsFile: pairs === undefined ? undefined : resolve(pairs),
      speed,
      portBase,
      dataDirectory,
    },
  };
}

interface Read {
  /** Flags by name, with their values. */
  readonly given: ReadonlyMap<Flag, string>;
  readonly issues: string[];
}

function readFlags(args: readonly string[]): Read {
  const known = Object.keys(flags);
  const given = new Map<Flag, string>();
  const issues: string[] = [];
  const { tokens } = parseArgs({
    args: [...args],
    options: { ...flags, help: { type: "boolean", short: "h" } },
    strict: false,
    tokens: true,
  });
  let isAfterUnknown = false;
  for (const token of tokens) {
    // A word after an unknown option is probably its value.
    if (token.kind === "positional" && !isAfterUnknown) issues.push(`unexpected argument "${token.value}"`);
    isAfterUnknown = token.kind === "option" && !known.includes(token.name);
    if (token.kind !== "option") continue;
    const mistake = mistakeIn(token);
    if (mistake === undefined) given.set(token.name as Flag, token.value ?? "");
    else issues.push(mistake);
  }
  return { given, issues };
}

function mistakeIn({ name, rawName, value }: { name: string; rawName: string; value?: string }) {
  const known = Object.keys(flags);
  const flag = known.includes(name) ? flags[name as Flag] : undefined;
  if (!flag) {
    const near = nearest(name, known);
    return `unknown option ${rawName}${near === undefined ? "" : `: did you mean --${near}?`}`;
  }
  if (flag.type === "boolean")
    return value === undefined ? undefined : `--${name} takes no value, not "${value}"`;
  const isMissing = value === undefined || value === "" || value.startsWith("--");
  return isMissing ? `--${name} ${flag.hint}: missing value` : undefined;
}

/** Options that exclude each other. */
function contradictions(given: Read["given"]): string[] {
  const both: readonly (readonly [Flag, Flag])[] = [
    ["pairs", "scenario"],
    ["env", "fresh"],
    ["env", "json"],
  ];
  return both
    .filter(([a, b]) => given.has(a) && given.has(b))
    .map(([a, b]) => `--${a} and --${b} exclude each other`);
}

/** npm keeps options for itself unless `--` comes before them; only the environment shows them. */
function takenByNpm(given: Read["given"], env: Environment): string[] {
  const ours: readonly Flag[] = ["data", "fresh", "scenario", "pairs", "speed", "port-base", "env"];
  return ours
    .filter((name) => !given.has(name) && (env[`npm_config_${name.replace("-", "_")}`] ?? "") !== "")
    .map((name) => `npm used --${name} for itself: write npm start -- --${name}`);
}

function numberOf(
  given: Read["given"],
  name: Flag,
  min: number,
  max: number,
  issues: string[],
): number | undefined {
  const text = given.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  issues.push(`--${name}: a number from ${min} to ${max}, not "${text}"`);
  return undefined;
}

/** Worlds of pairs files have their own folder: their services would conflict with those of the scenarios. */
export function defaultDataDirectory(env: Environment, isOwnPairs: boolean): string {
  const cache = env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(cache, "cloud-service-swap", isOwnPairs ? "own-pairs" : "world");
}
