import type { Server } from "node:http";
import type { HostClock, HostExtension, HostLog, LoadedApp } from "./contract";
import { core } from "./core-module";
import { readHostJson, type HostJson } from "./host-json";
import { createKeys, type HostKeys } from "./keys";
import { startHttpFront } from "./http-front";
import { loadApp } from "./load";
import { createLogFilter } from "./log-levels";
import { CoreApp, triggerOf } from "./loaded-app";
import { ServiceBusTrigger } from "./service-bus-trigger";
import { TimerTrigger } from "./timer-trigger";

interface FunctionsHostOptions {
  /** Folder with package.json, host.json and the built app. */
  readonly appDirectory: string;
  /** App settings, set in the environment before the app is loaded. */
  readonly settings: Readonly<Record<string, string>>;
  readonly http: { readonly host: string; readonly port: number };
  readonly clock: HostClock;
  readonly extensions?: readonly HostExtension[];
  /** Receives the lines that `logging.logLevel` of host.json allows. */
  readonly log?: (line: HostLog) => void;
  /** Keys for HTTP functions of level `function` and `admin`; absent ones are generated. */
  readonly keys?: Partial<HostKeys>;
  /** Registers functions in this process instead of loading the app's entry point. */
  readonly load?: () => void;
}

export interface FunctionsHost {
  readonly origin: string;
  readonly app: LoadedApp;
  readonly keys: HostKeys;
  /** Invocations under way. */
  running(): number;
  /** Runs a timer function now. */
  runTimer(name: string): Promise<void>;
  stop(): Promise<void>;
}

const STOP_BOUND_MS = 1_000;

/**
 * Loads an unmodified function app and drives its HTTP, timer and Service Bus triggers; extensions drive the others.
 */
export async function startFunctionsHost(options: FunctionsHostOptions): Promise<FunctionsHost> {
  const extensions = options.extensions ?? [];
  if (core.locked)
    throw new Error("a function host runs in this process already: its registry is one per process");
  const settings = readHostJson(options.appDirectory);
  const log = filtered(options.log, settings);
  core.log = (level, category, message) => {
    log({ level, category, message });
  };
  if (settings.ignored.length > 0) {
    log({
      level: "warning",
      category: "Host",
      message: `host.json settings without effect here: ${settings.ignored.join(", ")}`,
    });
  }
  Object.assign(process.env, options.settings);
  const app = new CoreApp(extensions, log);
  const started: Triggers = { timers: new Map(), serviceBus: [] };
  try {
    if (options.load) options.load();
    else loadApp(options.appDirectory);
    await app.appStart(options.appDirectory);
    for (const extension of extensions) await extension.start(app);
    startTriggers(app, options, settings, log, started);
    const { host, port } = options.http;
    const keys = { ...createKeys(), ...options.keys };
    const front = { host, port, prefix: settings.routePrefix, keys, extensions, log };
    return runningHost(app, await startHttpFront(app, front), { ...started, keys }, { ...options, log });
  } catch (fault) {
    // A host that fails to start leaves nothing that takes messages or blocks the next host.
    await stopHost(app, undefined, started, extensions, log);
    throw fault;
  }
}

function filtered(
  log: FunctionsHostOptions["log"] = () => undefined,
  { logLevel }: HostJson,
): (line: HostLog) => void {
  const isLogged = createLogFilter(logLevel);
  return (line) => {
    if (isLogged(line)) log(line);
  };
}

function runningHost(
  app: CoreApp,
  server: Server,
  triggers: Triggers & { readonly keys: HostKeys },
  { http: { host }, extensions = [], log = () => undefined }: FunctionsHostOptions,
): FunctionsHost {
  return {
    origin: originOf(server, host),
    app,
    keys: triggers.keys,
    running: () => app.running,
    runTimer: (name) =>
      triggers.timers.get(name)?.run(false) ?? Promise.reject(new Error(`there is no timer "${name}"`)),
    stop: () => stopHost(app, server, triggers, extensions, log),
  };
}

interface Triggers {
  readonly timers: Map<string, TimerTrigger>;
  readonly serviceBus: ServiceBusTrigger[];
}

function startTriggers(
  app: CoreApp,
  options: FunctionsHostOptions,
  settings: HostJson,
  log: (line: HostLog) => void,
  { timers, serviceBus }: Triggers,
): void {
  const owned = (options.extensions ?? []).flatMap((extension) => extension.bindingTypes);
  for (const fn of app.functions) {
    const trigger = triggerOf(fn);
    if (!trigger) throw new Error(`function "${fn.name}" has no trigger`);
    const { type, name: binding, options: bound } = trigger;
    const text = (key: string) => (typeof bound[key] === "string" ? bound[key] : undefined);
    if (type === "timerTrigger") {
      const schedule = text("schedule") ?? "";
      const timer = new TimerTrigger(app, { function: fn.name, binding, schedule }, options.clock, log);
      timers.set(fn.name, timer);
      timer.start(bound["runOnStartup"] === true);
    } else if (type === "serviceBusTrigger") {
      if (bound["isSessionsEnabled"] === true || bound["cardinality"] === "many") {
        throw new Error(`function "${fn.name}": the embedded host has no sessions and no batches`);
      }
      const connection = text("connection") ?? "";
      const connectionString = options.settings[connection] ?? process.env[connection];
      if (!connectionString) throw new Error(`function "${fn.name}": the setting "${connection}" is missing`);
      const { queueName, topicName, subscriptionName } = {
        queueName: text("queueName"),
        topicName: text("topicName"),
        subscriptionName: text("subscriptionName"),
      };
      const options_ = {
        function: fn.name,
        binding,
        connectionString,
        queueName,
        topicName,
        subscriptionName,
        dataType: bound["dataType"],
      };
      const listener = new ServiceBusTrigger(app, options_, settings.serviceBus, options.clock, log);
      serviceBus.push(listener);
      listener.start();
    } else if (type !== "httpTrigger" && !owned.includes(type)) {
      throw new Error(`function "${fn.name}": the embedded host does not support the trigger type ${type}`);
    }
  }
}

async function stopHost(
  app: CoreApp,
  server: Server | undefined,
  triggers: Triggers,
  extensions: readonly HostExtension[],
  log: (line: HostLog) => void,
): Promise<void> {
  const step = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (fault) {
      log({ level: "error", category: "Host", message: `stopping ${what} failed: ${String(fault)}` });
    }
  };
  for (const timer of triggers.timers.values()) timer.stop();
  await Promise.all(triggers.serviceBus.map((listener) => listener.stop(STOP_BOUND_MS)));
  for (const extension of extensions) await step("an extension", () => extension.stop());
  await step("the app", () => app.appTerminate());
  server?.closeAllConnections();
  if (server) await new Promise((resolve) => server.close(resolve));
  core.functions.clear();
  core.locked = false;
}

function originOf(server: Server, host: string): string {
  const address = server.address();
  return `http://${host}:${typeof address === "object" && address ? address.port : 0}`;
}
