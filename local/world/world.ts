import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { createDurableEngine } from "../durable-engine";
import { startFunctionsHost, type FunctionsHost } from "../functions-host";
import { startIssuer, type LocalIssuer } from "../identity";
import { startResourceManager, type ResourceManagerServer } from "../resource-manager";
import { startServiceBus, type ServiceBusServer } from "../service-bus";
import { readJson, writeJson } from "./files";
import { pairsFileOf } from "./pairs-file";
import { choosePorts } from "./ports";
import { createWorldLog, type WorldLog } from "./world-log";
import { systemClock } from "./system-clock";

/** The folder with package.json: this file runs from dist/local/world. */
const projectDirectory = resolve(__dirname, "../../..");

/** What `npm start -- --json` prints. */
export interface WorldDescription {
  readonly http: string;
  readonly tokens: {
    readonly requester: string;
    readonly approver: string;
    readonly operator: string;
    readonly reader: string;
  };
  readonly serviceBusConnectionString: string;
  readonly requestQueue: string;
  readonly eventTopic: string;
  readonly eventSubscription: string;
  readonly resourceManager: string;
  readonly journal: string;
  readonly pairs: ResourceManagerServer["pairs"];
  readonly dataDirectory: string;
  readonly pid: number;
}

export interface World {
  readonly description: WorldDescription;
  stop(): Promise<void>;
}

export interface WorldStart {
  readonly dataDirectory: string;
  readonly fresh: boolean;
  readonly scenario: string;
  readonly speed: number;
  readonly portBase?: number | undefined;
  /** One line for a person. */
  readonly say: (line: string) => void;
  /** Every line of the app's own log, for a person who watches. */
  readonly watch?: ((line: string) => void) | undefined;
}

/**
 * Starts the whole embedded world in this process: broker, Resource Manager with live services, issuer, and the built
 * function app on the embedded host and durable engine. Everything durable is in one folder.
 */
export async function startWorld(start: WorldStart): Promise<World> {
  const data = resolve(start.dataDirectory);
  if (start.fresh) forget(data);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const log = createWorldLog(join(data, "world.log"), start.watch);
  const ports = await choosePorts(join(data, "ports.json"), start.portBase, start.say);
  const stops: (() => Promise<void>)[] = [() => log.close()];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  try {
    const resourceManager = await startResourceManager({
      scenario: readScenario(start.scenario),
      dataDirectory: join(data, "resource-manager"),
      speed: start.speed,
      port: ports.resourceManager,
      virtualIpPortBase: ports.virtualIps,
    });
    stops.push(() => resourceManager.stop());
    const serviceBus = await startServiceBus({
      topology: readJson(join(projectDirectory, "local/world/service-bus.config.json")),
      dataDirectory: join(data, "service-bus"),
      port: ports.broker,
      log: ({ level, message }) => {
        log.line("service-bus", level, message);
      },
    });
    stops.push(() => serviceBus.stop());
    const audience = "api://cloud-service-swap";
    const issuer = await startIssuer({
      host: "127.0.0.1",
      port: ports.issuer,
      audience,
      dataDirectory: join(data, "identity"),
    });
    stops.push(() => issuer.stop());
    const host = await startApp({
      data,
      speed: start.speed,
      port: ports.http,
      resourceManager,
      serviceBus,
      issuer,
      log,
    });
    stops.push(() => host.stop());
    return { description: await describe({ data, resourceManager, serviceBus, issuer, host }), stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

interface Parts {
  readonly data: string;
  readonly resourceManager: ResourceManagerServer;
  readonly serviceBus: ServiceBusServer;
  readonly issuer: LocalIssuer;
}

function startApp(parts: Parts & { speed: number; port: number; log: WorldLog }): Promise<FunctionsHost> {
  const { data, resourceManager, serviceBus, issuer, log } = parts;
  const pairsFile = join(data, "pairs.json");
  writeJson(pairsFile, pairsFileOf(resourceManager.pairs, parts.speed));
  const origin = `http://127.0.0.1:${parts.port}`;
  const engine = createDurableEngine({
    location: join(data, "durable"),
    clock: systemClock,
    settings: durableSettings(),
    origin,
    log: ({ level, message }) => {
      log.line("durable-engine", level, message);
    },
  });
  return startFunctionsHost({
    appDirectory: projectDirectory,
    settings: {
      PAIRS_FILE: pairsFile,
      ServiceBusConnection: serviceBus.connectionString,
      REQUEST_QUEUE: "swap-requests",
      EVENT_TOPIC: "swap-events",
      ARM_ENDPOINT: resourceManager.endpoint,
      TOKEN_ISSUER: issuer.issuer,
      TOKEN_AUDIENCE: issuer.audience,
    },
    http: { host: "127.0.0.1", port: parts.port },
    clock: systemClock,
    extensions: [engine],
    log: ({ level, category, message, functionName }) => {
      log.line(functionName ?? category, level, message);
    },
  });
}

function durableSettings(): Readonly<Record<string, unknown>> {
  const host = readJson(join(projectDirectory, "host.json")) as {
    extensions?: { durableTask?: Record<string, unknown> };
  };
  return host.extensions?.durableTask ?? {};
}

async function describe(parts: Parts & { host: FunctionsHost }): Promise<WorldDescription> {
  const { issuer, resourceManager, serviceBus } = parts;
  const [requester, approver, operator, reader] = await Promise.all(
    (["requester", "approver", "operator", "reader"] as const).map((person) => issuer.token(person)),
  );
  if (!requester || !approver || !operator || !reader) throw new Error("the issuer left out a token");
  return {
    http: parts.host.origin,
    tokens: { requester, approver, operator, reader },
    serviceBusConnectionString: serviceBus.connectionString,
    requestQueue: "swap-requests",
    eventTopic: "swap-events",
    eventSubscription: "all",
    resourceManager: resourceManager.endpoint,
    journal: resourceManager.journalUrl,
    pairs: resourceManager.pairs,
    dataDirectory: parts.data,
    pid: process.pid,
  };
}

function readScenario(name: string): unknown {
  const file = join(projectDirectory, "local/world/scenarios", `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (cause) {
    throw new Error(`the scenario "${name}" cannot be read from local/world/scenarios`, { cause });
  }
}

/** Deletes only what a world has written: a folder that holds something else is left alone. */
function forget(data: string): void {
  for (const name of [
    "resource-manager",
    "service-bus",
    "identity",
    "durable",
    "pairs.json",
    "ports.json",
    "world.log",
  ]) {
    rmSync(join(data, name), { recursive: true, force: true });
  }
}
