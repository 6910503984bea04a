import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The recorded traces, with the types of test/fixtures/golden/README.md. */
const directory = join(__dirname, "../fixtures/golden");

export type Step = {
  readonly do: string;
  readonly http?: number;
  readonly ms?: number;
  readonly instance?: string;
  readonly timeoutMs?: number;
};

export interface Exchange {
  readonly seq?: number;
  readonly label: string;
  readonly phase?: string;
  readonly before?: readonly Step[];
  readonly method: string;
  readonly path: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly requestBody?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly invocation?: Omit<Invocation, "kind">;
  readonly logs?: readonly { category: string; level: string; message: string }[];
}

export interface Invocation {
  readonly function: string;
  readonly kind: string;
  readonly input?: unknown;
  readonly inputText?: string;
  readonly triggerMetadata?: Readonly<Record<string, unknown>>;
  readonly durableClient?: unknown;
  readonly returned?: unknown;
  readonly failed?: string;
  readonly outOfProcData?: unknown;
  readonly unanswered?: true;
}

export interface Scenario {
  readonly name: string;
  readonly orchestrator: string;
  readonly instanceId: string;
  readonly input?: unknown;
  readonly steps: readonly Step[];
  readonly final: { readonly runtimeStatus: string } | null;
  readonly http: readonly Exchange[];
  readonly invocations: readonly Invocation[];
}

export interface Entries {
  readonly entries: readonly Exchange[];
  readonly invocations?: readonly Invocation[];
  readonly durableClient?: unknown;
  readonly steps?: readonly Step[];
}

export const appDirectory = (name: "main" | "second"): string => join(directory, "apps", name);

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(directory, file), "utf8")) as unknown;
}

/** A file of exchanges with resolved `$sameAs` markers. */
export function readEntries(file: string): Entries {
  const read = readJson(file) as Entries;
  const bodyOf = (body: unknown): unknown => {
    const same = (body as { $sameAs?: number } | null)?.$sameAs;
    return same === undefined ? body : read.entries.find(({ seq }) => seq === same)?.body;
  };
  return { ...read, entries: read.entries.map((entry) => ({ ...entry, body: bodyOf(entry.body) })) };
}

/** The client binding that the extension passed to the worker. */
export const durableClient = readEntries("client.json").durableClient;

export const scenarioNames: readonly string[] = readdirSync(join(directory, "scenarios"))
  .filter((file) => file.endsWith(".json"))
  .map((file) => file.slice(0, -".json".length));

/** A scenario with resolved `<final>` and `<body of http[0]>` markers. */
export function readScenario(name: string): Scenario {
  const read = readJson(`scenarios/${name}.json`) as Scenario;
  const whole = resolveMarkers(read, {
    "<final>": read.final,
    "<body of http[0]>": read.http[0]?.body,
    "<durableClient>": durableClient,
  }) as Scenario;
  const http = whole.http.map((each) =>
    each.requestBody === undefined ? each : { ...each, requestBody: uncut(each.requestBody) as string },
  );
  return { ...whole, http };
}

/** Restores a truncated text of one repeated letter; its hash verifies the result. */
function uncut(value: unknown): unknown {
  const cut = (value as { $cut?: { length: number; sha256: string; starts: string } } | null)?.$cut;
  if (!cut) return value;
  const letter = cut.starts.at(-1) ?? "";
  const head = cut.starts.slice(0, cut.starts.indexOf(letter.repeat(2)));
  const tail = head === "" ? "" : `"}`;
  const text = head + letter.repeat(cut.length - head.length - tail.length) + tail;
  const sha256 = createHash("sha256").update(text, "utf8").digest("hex");
  if (sha256 !== cut.sha256) throw new Error(`a cut text that begins with ${cut.starts} cannot be rebuilt`);
  return text;
}

export function resolveMarkers(value: unknown, markers: Readonly<Record<string, unknown>>): unknown {
  if (typeof value === "string") return value in markers ? markers[value] : value;
  if (Array.isArray(value)) return value.map((item) => resolveMarkers(item, markers));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, resolveMarkers(member, markers)]),
  );
}
