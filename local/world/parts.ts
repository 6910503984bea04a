import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createDurableEngine } from "../durable-engine";
import { startFunctionsHost } from "../functions-host";
import { objectIdOf, startIssuer, type LocalIssuer } from "../identity";
import { startResourceManager, type ResourceManagerServer } from "../resource-manager";
import { startServiceBus, type ServiceBusServer } from "../service-bus";
import { readJson, writeJson } from "./files";
import { approvalNotes } from "./approval-notes";
import { mistakesOf } from "./own-pairs/check-pairs";
import { ownPeople, type OwnPeople } from "./own-pairs/own-people";
import { ownScenario } from "./own-pairs/own-scenario";
import type { OwnFile } from "./own-pairs/own-file";
import { rehearsed, type Rehearsal } from "./own-pairs/rehearsed-file";
import { pairsFileOf } from "./pairs-file";
import { policiesOf } from "./scenario-policies";
import type { WorldPorts } from "./ports";
import { systemClock } from "./system-clock";
import type { WorldLog } from "./world-log";

/** The folder with package.json: this file runs from dist/local/world. */
const projectDirectory = resolve(__dirname, "../../..");

export const REQUEST_QUEUE = "swap-requests";
export const EVENT_TOPIC = "swap-events";
/** The API's client id, in the format of version 2.0 tokens of Entra ID. */
const AUDIENCE = "00000000-0000-4000-8000-00000000000a";

/** What every part of a world needs to start. */
export interface Ground {
  /** Folder for durable data. */
  readonly data: string;
  readonly ports: WorldPorts;
  /** Name of a file in local/world/scenarios. */
  readonly scenario: string;
  /** The user's pairs file, instead of the scenario and of a generated file. */
  readonly own?: OwnFile;
  /** Divides durations of pairs.json and of the scenario's scripts. */
  readonly speed: number;
  /** Whether pairs.json has a probe of every virtual IP. */
  readonly probed?: boolean;
  /** Whether pairs.json requires approvals by two named people. */
  readonly approved?: boolean;
  /** Further settings of a pair in pairs.json, by the pair's name. */
  readonly pairs?: Readonly<Record<string, object>>;
  /** Replaces real time. */
  readonly clock?: typeof systemClock;
  readonly log: WorldLog;
}

export type ResourceManagerPart = Pick<ResourceManagerServer, "endpoint" | "journalUrl" | "pairs">;
export type ServiceBusPart = Pick<ServiceBusServer, "connectionString">;
/** By person; people that only a pairs file names, by object id. */
export type Tokens = Readonly<
  Record<"requester" | "approver" | "secondApprover" | "operator" | "reader", string>
> &
  Readonly<Record<string, string>>;
export interface AppPart {
  /** Origin of the function app. */
  readonly http: string;
  readonly issuer: string;
  readonly tokens: Tokens;
  /** Notes on the pairs for a person. */
  readonly notes: readonly string[];
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Resource Manager, with live services behind virtual IPs. */
export function openResourceManager(ground: Ground): Promise<ResourceManagerPart & Stoppable> {
  const { data, ports, speed } = ground;
  return startResourceManager({
    scenario: scenarioOf(ground),
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
    const { file, notes } = pairsFileFor(ground, resourceManager);
    const host = await startHost(ground, file, settingsOf(data, serviceBus, resourceManager, issuer));
    return {
      http: host.origin,
      issuer: issuer.issuer,
      tokens: await tokensOf(issuer, ground.own ? ownPeople(ground.own) : { people: [], roles: [] }),
      notes,
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

function settingsOf(
  data: string,
  serviceBus: ServiceBusPart,
  resourceManager: ResourceManagerPart,
  issuer: LocalIssuer,
): Readonly<Record<string, string>> {
  return {
    PAIRS_FILE: join(data, "pairs.json"),
    ServiceBusConnection: serviceBus.connectionString,
    REQUEST_QUEUE,
    EVENT_TOPIC,
    ARM_ENDPOINT: resourceManager.endpoint,
    TOKEN_ISSUER: issuer.issuer,
    TOKEN_AUDIENCE: issuer.audience,
  };
}

/** The pairs file for the app, with notes on how it differs from the user's. */
function pairsFileFor(
  { own, scenario, speed, probed, approved, pairs }: Ground,
  { pairs: addresses }: ResourceManagerPart,
): Rehearsal {
  if (own) {
    const { file, notes } = rehearsed(own, addresses, speed);
    return { file, notes: [...notes, ...approvalNotes(own)] };
  }
  const approvers = approved ? [objectIdOf("approver"), objectIdOf("secondApprover")] : [];
  const besides = { ...policiesOf(scenario, addresses), ...pairs };
  const file = pairsFileOf(addresses, speed, { probed, approvers, besides });
  return { file, notes: approvalNotes(file) };
}

function startHost(
  { data, ports, clock = systemClock, log }: Ground,
  pairsFile: object,
  settings: Readonly<Record<string, string>>,
) {
  writeJson(join(data, "pairs.json"), pairsFile);
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
    settings,
    http: { host: "127.0.0.1", port: ports.http },
    clock,
    extensions: [engine],
    log: ({ level, category, message, functionName }) => {
      log.line(functionName ?? category, level, message);
    },
  });
}

async function tokensOf(issuer: LocalIssuer, { people, roles }: OwnPeople): Promise<Tokens> {
  const approving = { roles: ["Swap.Read", "Swap.Approve", ...roles] };
  const [requester, approver, secondApprover, operator, reader, ...named] = await Promise.all([
    issuer.token("requester"),
    issuer.token("approver", approving),
    issuer.token("secondApprover", approving),
    issuer.token("operator"),
    issuer.token("reader"),
    ...people.map(async ({ key, oid, name }) => {
      const token = await issuer.token("approver", { ...approving, oid, name });
      return [key, token] as const;
    }),
  ]);
  return { requester, approver, secondApprover, operator, reader, ...Object.fromEntries(named) };
}

function durableSettings(): Readonly<Record<string, unknown>> {
  const host = readJson(join(projectDirectory, "host.json")) as {
    extensions?: { durableTask?: Record<string, unknown> };
  };
  return host.extensions?.durableTask ?? {};
}

/** The app's errors about a pairs file; nothing is started. */
export function mistakesOfPairsFile(file: string): string[] {
  const { main } = readJson(join(projectDirectory, "package.json")) as { main: string };
  return mistakesOf(join(projectDirectory, main), {
    PAIRS_FILE: file,
    ServiceBusConnection:
      "Endpoint=sb://127.0.0.1;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;",
    TOKEN_ISSUER: "http://127.0.0.1",
    TOKEN_AUDIENCE: AUDIENCE,
  });
}

export function countVirtualIps(ground: Pick<Ground, "own" | "scenario">): number {
  const { pairs = [] } = scenarioOf(ground) as { pairs?: readonly { publicIps?: readonly unknown[] }[] };
  return pairs.reduce((sum, { publicIps = [] }) => sum + publicIps.length, 0);
}

function scenarioOf({ own, scenario }: Pick<Ground, "own" | "scenario">): unknown {
  return own ? ownScenario(own) : readScenario(scenario);
}

function readScenario(name: string): unknown {
  const file = join(projectDirectory, "local/world/scenarios", `${name}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (cause) {
    throw new Error(`the scenario "${name}" cannot be read from local/world/scenarios`, { cause });
  }
}
