import { join, resolve } from "node:path";
import { prepareDataFolder } from "./data-folder";
import {
  countVirtualIps,
  EVENT_TOPIC,
  openApp,
  openResourceManager,
  openServiceBus,
  REQUEST_QUEUE,
  type AppPart,
  type Ground,
  type ResourceManagerPart,
  type ServiceBusPart,
  type Tokens,
} from "./parts";
import { choosePorts } from "./ports";
import { createWorldLog } from "./world-log";

/** What `npm start -- --json` prints. */
export interface WorldDescription {
  readonly http: string;
  readonly issuer: string;
  readonly tokens: Tokens;
  readonly serviceBusConnectionString: string;
  readonly requestQueue: string;
  readonly eventTopic: string;
  readonly eventSubscription: string;
  readonly resourceManager: string;
  readonly journal: string;
  readonly pairs: ResourceManagerPart["pairs"];
  readonly dataDirectory: string;
  /** Notes on the pairs for a person, for example how a rehearsal differs from the pairs file. */
  readonly notes: readonly string[];
  readonly pid: number;
}

export interface World {
  /** As of the latest start of the app. */
  readonly description: WorldDescription;
  /** Stops the function app; everything else continues. */
  stopApp(): Promise<void>;
  startApp(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldStart extends Omit<Ground, "data" | "ports" | "log"> {
  readonly dataDirectory: string;
  readonly fresh: boolean;
  readonly portBase?: number;
  /** One line for a person. */
  readonly say: (line: string) => void;
  /** Every line of the app's own log, for a person who watches. */
  readonly watch?: (line: string) => void;
}

/**
 * Starts the whole embedded world in this process: broker, Resource Manager with live services, issuer, and the built
 * function app on the embedded host and durable engine. All durable data is in one folder.
 */
export async function startWorld(start: WorldStart): Promise<World> {
  const data = resolve(start.dataDirectory);
  prepareDataFolder(data, start.fresh);
  const log = createWorldLog(join(data, "world.log"), start.watch);
  const ports = await choosePorts(
    join(data, "ports.json"),
    start.portBase,
    start.say,
    countVirtualIps(start),
  );
  const stops: (() => Promise<void>)[] = [() => log.close()];
  const stop = async () => {
    for (const each of stops.splice(0).reverse()) await each();
  };
  const ground = { ...start, data, ports, log };
  try {
    const resourceManager = await openResourceManager(ground);
    stops.push(() => resourceManager.stop());
    const serviceBus = await openServiceBus(ground);
    stops.push(() => serviceBus.stop());
    const open = () => openApp(ground, resourceManager, serviceBus);
    let app = await open();
    let isUp = true;
    const stopApp = async () => {
      if (isUp) await app.stop();
      isUp = false;
    };
    stops.push(stopApp);
    return {
      get description() {
        return describe(data, resourceManager, serviceBus, app);
      },
      stopApp,
      startApp: async () => {
        app = await open();
        isUp = true;
      },
      stop,
    };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

function describe(
  data: string,
  resourceManager: ResourceManagerPart,
  serviceBus: ServiceBusPart,
  app: AppPart,
): WorldDescription {
  return {
    http: app.http,
    issuer: app.issuer,
    tokens: app.tokens,
    serviceBusConnectionString: serviceBus.connectionString,
    requestQueue: REQUEST_QUEUE,
    eventTopic: EVENT_TOPIC,
    eventSubscription: "all",
    resourceManager: resourceManager.endpoint,
    journal: resourceManager.journalUrl,
    pairs: resourceManager.pairs,
    dataDirectory: data,
    notes: app.notes,
    pid: process.pid,
  };
}
