import type { Server } from "node:net";
import { AmqpFace } from "./amqp-face";
import { Broker } from "./broker";
import { Journal } from "./journal";
import type { BrokerClock } from "./message-timers";
import { parseTopology } from "./topology";

export interface ServiceBusOptions {
  /** Parsed Config.json in the shape of Microsoft's emulator. */
  readonly topology: unknown;
  /** Folder of the store; absent: memory only. */
  readonly dataDirectory?: string | undefined;
  /** Default 127.0.0.1; loopback only. */
  readonly host?: string | undefined;
  /** 0 or absent: any free one. */
  readonly port?: number | undefined;
  readonly clock?: BrokerClock | undefined;
  readonly log?:
    ((line: { level: "information" | "warning" | "error"; message: string }) => void) | undefined;
}

export interface ServiceBusServer {
  readonly port: number;
  readonly connectionString: string;
  counts(path: string): { active: number; scheduled: number; deferred: number; deadLetter: number };
  stop(): Promise<void>;
}

/** Starts the broker: what `@azure/service-bus` of this or another process talks to. */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBusServer> {
  const host = options.host ?? "127.0.0.1";
  if (!["127.0.0.1", "localhost", "::1"].includes(host))
    throw new Error("the embedded broker listens on loopback only");
  const topology = parseTopology(options.topology);
  const journal = await Journal.open(options.dataDirectory);
  const broker = new Broker(topology, journal, options.clock ?? realClock);
  const log = options.log ?? (() => undefined);
  const face = new AmqpFace(broker, journal, (text) => {
    log({ level: "warning", message: text });
  });
  let server: Server;
  try {
    await broker.load();
    server = await face.listen(host, options.port ?? 0);
  } catch (fault) {
    broker.close();
    await journal.close();
    throw fault;
  }
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const key = "SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SAS_KEY_VALUE";
  return {
    port,
    connectionString: `Endpoint=sb://${host === "::1" ? "[::1]" : host}:${port};${key};UseDevelopmentEmulator=true;`,
    counts: (path) =>
      broker.entity(path)?.counts() ?? { active: 0, scheduled: 0, deferred: 0, deadLetter: 0 },
    stop: async () => {
      broker.close();
      await face.close(server);
      await journal.close();
    },
  };
}

const realClock: BrokerClock = {
  now: () => Date.now(),
  setTimer: (at, fire) => {
    const timer = setTimeout(fire, Math.min(Math.max(0, at - Date.now()), 2 ** 31 - 1));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
