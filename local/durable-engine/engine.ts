import { randomBytes } from "node:crypto";
import { clientBinding, type Addresses } from "./client-binding";
import type { EngineApp, EngineClock, EngineLog, WebhookReply, WebhookRequest } from "./contract";
import { Dispatcher } from "./dispatcher";
import { Host } from "./host";
import { never, openTaskHub, type TaskHub } from "./hub";
import { manage } from "./management";
import { reply } from "./replies";
import { startRpcServer, type RpcServer } from "./rpc-server";
import { parseSettings } from "./settings";
import type { Database } from "./store";

interface HostOptions {
  /** The host's own clock. It may differ from the hub's, and may go back. */
  readonly clock: EngineClock;
  /** Public origin of the function app, for webhook URLs. */
  readonly origin: string;
  readonly log?: (line: EngineLog) => void;
  /** Whether durable clients inside the app reach the engine over loopback HTTP; the default. */
  readonly rpc?: "loopback" | "none";
  /** Writes the input of orchestrators and entities indented, as the real host does. The default is compact. */
  readonly isIndented?: boolean;
  /** Called once when a fault of the hub has killed this host. */
  readonly onCrash?: () => void;
}

/** A host on a hub that others may share. The caller that opened the hub closes it. */
export interface SharedHubOptions extends HostOptions {
  readonly hub: TaskHub;
  /** Name of the host, unique on its hub. */
  readonly host: string;
  /**
   * The durableTask section of its own deployment, where it differs from the hub's: a version belongs to a
   * deployment.
   */
  readonly settings?: Readonly<Record<string, unknown>>;
  /**
   * Whether it runs durable functions; the default. Without, it only serves client calls, like instances of HTTP
   * functions on Flex Consumption, where each group scales by itself: it owns no partition and polls nothing.
   */
  readonly runsDurableFunctions?: boolean;
}

/** A host with a hub of its own, opened at start and closed at stop. */
interface OwnHubOptions extends HostOptions {
  readonly hub?: undefined;
  /** Folder of the store; in memory when absent. */
  readonly location?: string;
  /** A database to open instead, for tests that restart an engine in memory. */
  readonly database?: Database;
  /** The `extensions.durableTask` section of host.json. */
  readonly settings: Readonly<Record<string, unknown>>;
}

type DurableEngineOptions = SharedHubOptions | OwnHubOptions;

/** The embedded Durable Functions engine, driven by a function host as one of its extensions. */
export interface DurableEngine {
  readonly bindingTypes: readonly string[];
  /** JSON text for an extra input of type `durableClient`; undefined for other types. */
  inputBinding(type: string): string | undefined;
  /** Management webhooks; every call needs the system key. */
  handleHttp(request: WebhookRequest): Promise<WebhookReply | undefined>;
  /** The management API in process, without a key; never answers once the host is dead. */
  rpc(request: WebhookRequest): Promise<WebhookReply>;
  start(app: EngineApp): Promise<void>;
  stop(): Promise<void>;
  /** Dies at once. Nothing under way is stored or answered; other hosts can see the work that it had taken. */
  kill(): void;
  /** Work that could run now, and work under way. */
  load(): { ready: number; running: number };
}

const STOP_BOUND_MS = 1_000;

interface Running {
  readonly hub: TaskHub;
  readonly host: Host;
  /** Absent on a host that runs no durable functions. */
  readonly dispatcher: Dispatcher | undefined;
  readonly server: RpcServer | undefined;
}

export function createDurableEngine(options: DurableEngineOptions): DurableEngine {
  const { hubName } = options.hub ? options.hub.settings : parseSettings(options.settings);
  const key = randomBytes(32).toString("base64url");
  let addresses: Addresses = { hubName, origin: options.origin, rpcUrl: "", key };
  let running: Running | undefined;
  let dead = false;

  const answer = async (request: WebhookRequest): Promise<WebhookReply> => {
    if (dead) await never();
    const given = running ? await manage(running.host, addresses, request) : reply(503);
    return dead ? never() : given;
  };
  const bury = () => {
    dead = true;
    if (!running) return;
    const { hub, dispatcher, server } = running;
    running = undefined;
    if (dispatcher) hub.queues.leave(dispatcher, "killed");
    server?.cut();
  };

  return {
    bindingTypes: ["orchestrationTrigger", "activityTrigger", "entityTrigger"],
    inputBinding: (type) => (type === "durableClient" ? clientBinding(addresses) : undefined),
    handleHttp: (request) => {
      if (!request.url.startsWith("/runtime/webhooks/durabletask")) return Promise.resolve(undefined);
      return keyOf(request, options.origin) === key ? answer(request) : Promise.resolve(reply(401));
    },
    rpc: answer,
    async start(app) {
      const hub = options.hub ?? (await openTaskHub(options));
      const server = options.rpc === "none" ? undefined : await startRpcServer(answer);
      if (server) addresses = { ...addresses, rpcUrl: server.url };
      const host = hostOn(hub, app, options, () => {
        bury();
        options.onCrash?.();
      });
      const dispatcher = isClientOnly(options) ? undefined : new Dispatcher(host);
      running = { hub, host, dispatcher, server };
      if (dispatcher) hub.queues.join(dispatcher);
    },
    async stop() {
      if (!running) return;
      const { hub, host, dispatcher, server } = running;
      await dispatcher?.stop(STOP_BOUND_MS);
      host.retire();
      running = undefined;
      if (dispatcher) hub.queues.leave(dispatcher, "stopped");
      await server?.close();
      if (!options.hub) await hub.close();
    },
    kill() {
      dead = true;
      running?.host.die();
    },
    load: () => running?.dispatcher?.load() ?? { ready: 0, running: 0 },
  };
}

function hostOn(hub: TaskHub, app: EngineApp, options: DurableEngineOptions, onDeath: () => void): Host {
  const name = options.hub ? options.host : "host";
  const settings = options.hub && options.settings ? parseSettings(options.settings) : hub.settings;
  const { clock, log = hub.log, isIndented = false } = options;
  return new Host(hub, app, { name, clock, settings, log, onDeath, isIndented });
}

function isClientOnly(options: DurableEngineOptions): boolean {
  return options.hub !== undefined && options.runsDurableFunctions === false;
}

function keyOf(request: WebhookRequest, origin: string): string | undefined {
  return new URL(request.url, origin).searchParams.get("code") ?? request.headers["x-functions-key"];
}
