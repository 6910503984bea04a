import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { createDurableEngine, type DurableEngine } from "../local/durable-engine";
import { startFunctionsHost, type FunctionsHost } from "../local/functions-host";
import { systemClock } from "../local/world/system-clock";

type App = Parameters<DurableEngine["start"]>[0];

export interface DurableHostOptions {
  /** Folder for the store and for the app's own folder. */
  readonly directory: string;
  /** A module of dist/bench/apps, loaded as a function app's entry point. */
  readonly app: string;
  readonly clock?: typeof systemClock;
  /** Stands between engine and app, to observe invocations. */
  readonly around?: (app: App) => App;
}

/** A function app on the embedded host and the engine on disk, with the product's settings of host.json. */
export interface DurableHost {
  readonly host: FunctionsHost;
  /** Calls the management API in this process; answers with status and parsed body. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  stop(): Promise<void>;
}

/** The folder with package.json: this file runs from dist/bench. */
export const projectDirectory = resolve(__dirname, "../..");

export async function startDurableHost(options: DurableHostOptions): Promise<DurableHost> {
  const { directory, app, clock = systemClock, around = (inner: App) => inner } = options;
  const engine = createDurableEngine({
    location: join(directory, "durable"),
    clock,
    settings: durableSettings(),
    origin: "http://127.0.0.1:0",
    log: ({ level, message }) => {
      if (level !== "information") console.error(message);
    },
  });
  const host = await startFunctionsHost({
    appDirectory: appFolder(directory, app),
    settings: {},
    http: { host: "127.0.0.1", port: 0 },
    clock,
    extensions: [{ ...engine, start: (inner) => engine.start(around(inner)) }],
    log: ({ level, message }) => {
      if (level === "error") console.error(message);
    },
  });
  return { host, call: managementOf(engine), stop: () => host.stop() };
}

/** A folder as the host loads it: package.json with `main`, and host.json. */
function appFolder(directory: string, app: string): string {
  const folder = join(directory, "app");
  mkdirSync(folder, { recursive: true });
  const main = relative(folder, join(__dirname, "apps", `${app}.js`));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ main }));
  writeFileSync(join(folder, "host.json"), JSON.stringify({ version: "2.0" }));
  return folder;
}

function durableSettings(): Record<string, unknown> {
  const file = readFileSync(join(projectDirectory, "host.json"), "utf8");
  const { extensions } = JSON.parse(file) as { extensions: { durableTask: Record<string, unknown> } };
  return extensions.durableTask;
}

function managementOf(engine: DurableEngine): DurableHost["call"] {
  const binding = JSON.parse(engine.inputBinding("durableClient") ?? "{}") as {
    requiredQueryStringParameters: string;
  };
  const query = binding.requiredQueryStringParameters;
  return async (method, path, body) => {
    const reply = await engine.handleHttp({
      method,
      url: `/runtime/webhooks/durabletask/${path}${path.includes("?") ? "&" : "?"}${query}`,
      headers: { host: "127.0.0.1", "content-type": "application/json" },
      body: Buffer.from(body === undefined ? "" : JSON.stringify(body)),
    });
    const text = reply?.body.toString() ?? "";
    return { status: reply?.status ?? 404, body: text ? (JSON.parse(text) as unknown) : undefined };
  };
}
