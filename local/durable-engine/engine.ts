import { createServer, type IncomingMessage, type Server } from "node:http";
import { randomBytes } from "node:crypto";
import { clientBinding, type Addresses } from "./client-binding";
import type { EngineApp, EngineClock, EngineLog, WebhookReply, WebhookRequest } from "./contract";
import { Dispatcher } from "./dispatcher";
import { Hub } from "./hub";
import { manage } from "./management";
import { reply } from "./replies";
import { parseSettings } from "./settings";
import { openStore, type Database } from "./store";

export interface DurableEngineOptions {
  /** Folder of the store; absent: in memory. */
  readonly location?: string | undefined;
  /** An open-able database instead, for tests that restart an engine in memory. */
  readonly database?: Database | undefined;
  readonly clock: EngineClock;
  /** The `extensions.durableTask` section of host.json. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Public origin of the function app, for webhook URLs. */
  readonly origin: string;
  readonly log?: ((line: EngineLog) => void) | undefined;
}

/** The embedded Durable Functions engine, driven by a function host as one of its extensions. */
export interface DurableEngine {
  readonly bindingTypes: readonly string[];
  /** JSON text for an extra input of type `durableClient`; undefined for other types. */
  inputBinding(type: string): string | undefined;
  /** Management webhooks; every call needs the system key. */
  handleHttp(request: WebhookRequest): Promise<WebhookReply | undefined>;
  start(app: EngineApp): Promise<void>;
  stop(): Promise<void>;
  /** Work that could run now, and work under way. */
  load(): { ready: number; running: number };
}

const STOP_BOUND_MS = 1_000;

export function createDurableEngine(options: DurableEngineOptions): DurableEngine {
  const settings = parseSettings(options.settings);
  const key = randomBytes(32).toString("base64url");
  let addresses: Addresses = { hubName: settings.hubName, origin: options.origin, rpcUrl: "", key };
  let running: { hub: Hub; dispatcher: Dispatcher; server: Server; app: EngineApp } | undefined;

  const answer = (request: WebhookRequest): Promise<WebhookReply> =>
    running ? manage(running.hub, running.app, addresses, request) : Promise.resolve(reply(503));

  return {
    bindingTypes: ["orchestrationTrigger", "activityTrigger", "entityTrigger"],
    inputBinding: (type) => (type === "durableClient" ? clientBinding(addresses) : undefined),
    handleHttp: (request) => {
      if (!request.url.startsWith("/runtime/webhooks/durabletask")) return Promise.resolve(undefined);
      const code =
        new URL(request.url, options.origin).searchParams.get("code") ?? request.headers["x-functions-key"];
      return code === key ? answer(request) : Promise.resolve(reply(401));
    },
    async start(app) {
      const store = await openStore(options.location, options.database);
      const hub = new Hub(store, settings, options.clock, options.log ?? (() => undefined));
      await hub.load();
      const dispatcher = new Dispatcher(hub, app);
      const server = await listen(answer);
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      addresses = { ...addresses, rpcUrl: `http://127.0.0.1:${port}/durabletask/` };
      running = { hub, dispatcher, server, app };
      hub.wake = () => {
        dispatcher.pump();
      };
      dispatcher.pump();
    },
    async stop() {
      if (!running) return;
      const { hub, dispatcher, server } = running;
      await dispatcher.stop(STOP_BOUND_MS);
      hub.close();
      running = undefined;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await hub.store.close();
    },
    load: () => running?.dispatcher.load() ?? { ready: 0, running: 0 },
  };
}

/** The RPC endpoint: loopback only, without a key, as the real one. */
function listen(answer: (request: WebhookRequest) => Promise<WebhookReply>): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    void readAll(incoming)
      .then((body) =>
        answer({ method: incoming.method ?? "GET", url: incoming.url ?? "/", headers: flat(incoming), body }),
      )
      .catch(() => reply(500))
      .then(({ status, headers, body }) => {
        outgoing.writeHead(status, headers).end(body);
      });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function flat(incoming: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}
