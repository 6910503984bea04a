import type { Server } from "node:net";
import { AmqpFace, type Outage } from "./amqp-face";
import { Broker } from "./broker";
import type { BrokerFaults } from "./faults";
import { memoryJournal } from "./journal";
import { LevelJournal } from "./level-journal";
import type { BrokerClock } from "./message-timers";
import { parseTopology } from "./topology";

interface ServiceBusOptions {
  /** Parsed Config.json in the shape of Microsoft's emulator. */
  readonly topology: unknown;
  /** Folder of the store; absent: memory only. */
  readonly dataDirectory?: string;
  /** A store that the caller has opened, instead of a folder. */
  readonly journal?: LevelJournal;
  /** Faults of the broker; may change while it runs. */
  readonly faults?: BrokerFaults;
  /** Default 127.0.0.1; loopback only. */
  readonly host?: string;
  /** The default 0 is any free port. */
  readonly port?: number;
  readonly clock?: BrokerClock;
  readonly log?: (line: { level: "information" | "warning" | "error"; message: string }) => void;
}

export interface ServiceBusServer {
  readonly port: number;
  readonly connectionString: string;
  counts(path: string): { active: number; scheduled: number; deferred: number; deadLetter: number };
  /** Starts or ends an outage. */
  setOutage(outage: Outage | undefined): void;
  stop(): Promise<void>;
}

/** Starts a broker for `@azure/service-bus` in this or another process. */
export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBusServer> {
  const host = options.host ?? "127.0.0.1";
  if (!["127.0.0.1", "localhost", "::1"].includes(host))
    throw new Error("the embedded broker listens on loopback only");
  const topology = parseTopology(options.topology);
  const store = await openStore(options);
  const { clock = realClock, faults = {} } = options;
  const journal = store ?? memoryJournal;
  const log = (level: "warning" | "error", message: string) => options.log?.({ level, message });
  const broker = new Broker({ topology, journal, clock, faults });
  const face = new AmqpFace(broker, { journal, clock, faults, log });
  let server: Server;
  try {
    for (const path of store ? broker.load(store.stored) : []) {
      log(
        "warning",
        `the store holds messages of ${path}, which the topology does not name; they stay there`,
      );
    }
    server = await face.listen(host, options.port ?? 0);
  } catch (fault) {
    broker.close();
    await store?.close();
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
    setOutage: (outage) => {
      face.setOutage(outage);
    },
    stop: async () => {
      broker.close();
      await face.close(server);
      await store?.close();
    },
  };
}

async function openStore({ journal, dataDirectory }: ServiceBusOptions): Promise<LevelJournal | undefined> {
  if (journal || dataDirectory === undefined) return journal;
  return LevelJournal.open(dataDirectory);
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
