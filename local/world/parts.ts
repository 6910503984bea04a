import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createDurableEngine } from "../durable-engine";
import { startFunctionsHost } from "../functions-host";
import { objectIdOf, startIssuer, type LocalIssuer } from "../identity";
import { startResourceManager, type ResourceManagerServer } from "../resource-manager";
import { startServiceBus, type ServiceBusServer } from "../service-bus";
import { readJson, writeJson } from "./files";
import { pairsFileOf } from "./pairs-file";
import type { WorldPorts } from "./ports";
import { systemClock } from "./system-clock";
import type { WorldLog } from "./world-log";

/** The folder with package.json: this file runs from dist/local/world. */
const projectDirectory = resolve(__dirname, "../../..");

export const REQUEST_QUEUE = "swap-requests";
export const EVENT_TOPIC = "swap-events";
const AUDIENCE = "api://cloud-service-swap";

/** What every part of a world is started with. */
export interface Ground {
  /** Folder of everything durable. */
  readonly data: string;
  readonly ports: WorldPorts;
  /** Name of a file of local/world/scenarios. */
  readonly scenario: string;
  /** Divides the durations of the generated pairs.json and of the scenario's scripts. */
  readonly speed: number;
  /** Whether pairs.json has a probe of every virtual IP. */
  readonly probed?: boolean | undefined;
  /** Whether pairs.json asks two named people before every swap. */
  readonly approved?: boolean | undefined;
  /** What pairs.json says of a pair besides, by the pair's name. */
  readonly pairs?: Readonly<Record<string, object>> | undefined;
  /** Instead of real time. */
  readonly clock?: typeof systemClock | undefined;
  readonly log: WorldLog;
}

export type ResourceManagerPart = Pick<ResourceManagerServer, "endpoint" | "journalUrl" | "pairs">;
export type ServiceBusPart = Pick<ServiceBusServer, "connectionString">;
export type Tokens = Readonly<
  Record<"requester" | "approver" | "secondApprover" | "operator" | "reader", string>
>;
export interface AppPart {
  /** Origin of the function app. */
  readonly http: string;
  readonly tokens: Tokens;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Resource Manager, with live services behind virtual IPs. */
export function openResourceManager({
  data,
  ports,
  scenario,
  speed,
}: Ground): Promise<ResourceManagerPart & Stoppable> {
  return startResourceManager({
    scenario: readScenario(scenario),
    dataDirectory: join(data, "resource-manager"),
    speed,
    port: ports.resourceManager,
    virtualIpPortBase: ports.virtualIps,
  });
}

/** The topology of the world, in the shape of Microsoft's emulator. */
export function readTopology(): unknown {
  return readJson(join(projectDirectory, "local/world/service-bus.config.json"));
}

/** The broker. */
export function openServiceBus(
  { data, ports, log }: Ground,
  topology = readTopology(),
): Promise<ServiceBusPart & Stoppable> {
  return startServiceBus({
    topology,
    dataDirectory: join(data, "service-bus"),
    port: ports.broker,
    log: ({ level, message }) => {
      log.line("service-bus", level, message);
    },
  });
}

/** The issuer and the built function app, on the embedded host and durable engine. */
export async function openApp(
  ground: Ground,
  resourceManager: ResourceManagerPart,
  serviceBus: ServiceBusPart,
): Promise<AppPart & Stoppable> {
  const { data, ports } = ground;
  const issuer = await startIssuer({
    host: "127.0.0.1",
    port: ports.issuer,
    audience: AUDIENCE,
    dataDirectory: join(data, "identity"),
  });
  try {
    const host = await startHost(ground, resourceManager, serviceBus, issuer);
    return {
      http: host.origin,
      tokens: await tokensOf(issuer),
      stop: async () => {
        await host.stop();
        await issuer.stop();
      },
    };
  } catch (fault) {
    await issuer.stop();
    throw fault;
  }
}

function startHost(
  { data, ports, speed, probed, approved, pairs, clock = systemClock, log }: Ground,
  resourceManager: ResourceManagerPart,
  serviceBus: ServiceBusPart,
  issuer: LocalIssuer,
) {
  const pairsFile = join(data, "pairs.json");
  const approvers = approved ? [objectIdOf("approver"), objectIdOf("secondApprover")] : [];
  writeJson(pairsFile, pairsFileOf(resourceManager.pairs, speed, { probed, approvers, besides: pairs }));
  const engine = createDurableEngine({
    location: join(data, "durable"),
    clock,
    settings: durableSettings(),
    origin: `http://127.0.0.1:${ports.http}`,
    log: ({ level, message }) => {
      log.line("durable-engine", level, message);
    },
  });
  return startFunctionsHost({
    appDirectory: projectDirectory,
    settings: {
      PAIRS_FILE: pairsFile,
      ServiceBusConnection: serviceBus.connectionString,
      REQUEST_QUEUE,
      EVENT_TOPIC,
      ARM_ENDPOINT: resourceManager.endpoint,
      TOKEN_ISSUER: issuer.issuer,
      TOKEN_AUDIENCE: issuer.audience,
    },
    http: { host: "127.0.0.1", port: ports.http },
    clock,
    extensions: [engine],
    log: ({ level, category, message, functionName }) => {
      log.line(functionName ?? category, level, message);
    },
  });
}

async function tokensOf(issuer: LocalIssuer): Promise<Tokens> {
  const [requester, approver, secondApprover, operator, reader] = await Promise.all([
    issuer.token("requester"),
    issuer.token("approver"),
    issuer.token("secondApprover"),
    issuer.token("operator"),
    issuer.token("reader"),
  ]);
  return { requester, approver, secondApprover, operator, reader };
}

function durableSettings(): Readonly<Record<string, unknown>> {
  const host = readJson(join(projectDirectory, "host.json")) as {
    extensions?: { durableTask?: Record<string, unknown> };
  };
  return host.extensions?.durableTask ?? {};
}

function readScenario(name: string): unknown {
  const file = join(projectDirectory, "local/world/scenarios", `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (cause) {
    throw new Error(`the scenario "${name}" cannot be read from local/world/scenarios`, { cause });
  }
}
