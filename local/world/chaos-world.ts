import { ServiceBusClient } from "@azure/service-bus";
import { join } from "node:path";
import { readJournal, type JournalLine } from "./api";
import { Bus, type ReceivedEvent } from "./bus";
import { followAdvice, type Tear } from "./chaos-disk";
import { PartProcess } from "./chaos-process";
import {
  EVENT_TOPIC,
  readTopology,
  REQUEST_QUEUE,
  type AppPart,
  type Ground,
  type ResourceManagerPart,
  type ServiceBusPart,
} from "./parts";
import { choosePorts } from "./ports";

/** The parts that can be killed. */
export const victims = ["app", "broker", "Resource Manager"] as const;
export type Victim = (typeof victims)[number];

/** A line of Resource Manager's journal of effects. */
export interface EffectLine {
  readonly at: string;
  readonly cause: string;
  /** The service that holds production afterwards. */
  readonly production: string;
}

/** A subscription that is read only at the end: all events that the broker has kept. */
const RECORD = "record";

/** A world whose app, broker and Resource Manager are separate processes, to be killed and restarted. */
export class ChaosWorld {
  /** Events received during the run. */
  readonly seen: ReceivedEvent[] = [];
  readonly #ground: ChaosGround;
  #resourceManager: PartProcess<ResourceManagerPart>;
  #broker: PartProcess<ServiceBusPart>;
  #app: PartProcess<AppPart>;
  #bus: Bus;

  private constructor(
    ground: ChaosGround,
    resourceManager: PartProcess<ResourceManagerPart>,
    broker: PartProcess<ServiceBusPart>,
    app: PartProcess<AppPart>,
  ) {
    this.#ground = ground;
    this.#resourceManager = resourceManager;
    this.#broker = broker;
    this.#app = app;
    this.#bus = this.#connect();
  }

  static async start(data: string): Promise<ChaosWorld> {
    // Below the ports that systems use for outgoing connections, so that none is taken while its owner is dead.
    const base = 20_000 + (process.pid % 600) * 20;
    const ports = await choosePorts(join(data, "ports.json"), base, () => undefined);
    const ground = { data, ports, scenario: "calm", speed: 10 };
    const resourceManager = await startResourceManager(ground);
    const broker = await startBroker(ground);
    return new ChaosWorld(ground, resourceManager, broker, await startApp(ground, resourceManager, broker));
  }

  pidOf(victim: Victim): number {
    return this.#processOf(victim).pid;
  }

  /** Folder of the store of a part. */
  storeOf(victim: Victim): string {
    const names = { app: "durable", broker: "service-bus", "Resource Manager": "resource-manager" };
    return join(this.#ground.data, names[victim]);
  }

  /** Kills a part with SIGKILL; returns its output if it had already ended by itself. */
  async kill(victim: Victim): Promise<string | undefined> {
    const words = await this.#processOf(victim).kill();
    if (victim === "broker") await this.#bus.close().catch(() => undefined);
    return words;
  }

  /** Restarts a part on its data; returns whether it first asked for its torn log to be cut. */
  async restart(victim: Victim, tear: Tear | undefined): Promise<boolean> {
    try {
      await this.#start(victim);
      return false;
    } catch (fault) {
      if (!tear || !followAdvice((fault as Error).message, tear)) throw fault;
    }
    await this.#start(victim);
    return true;
  }

  get pairs(): readonly string[] {
    return this.#resourceManager.offers.pairs.map(({ name }) => name);
  }

  /** Resolves when the broker has acknowledged a request. */
  async send(request: object): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await this.#bus.send(request);
        return;
      } catch (fault) {
        if (tries === 5) throw fault;
      }
    }
  }

  entries(): Promise<JournalLine[]> {
    return readJournal(this.#resourceManager.offers.journalUrl);
  }

  async effects(): Promise<EffectLine[]> {
    const reply = await fetch(`${this.#resourceManager.offers.endpoint}/effects`);
    return (await reply.json()) as EffectLine[];
  }

  /** Which side answers at a pair's production address. */
  async production(pair: string): Promise<"blue" | "green"> {
    const address = this.#resourceManager.offers.pairs.find(({ name }) => name === pair)?.production ?? "";
    for (let tries = 0; tries < 200; tries++) {
      const reply = await fetch(address).catch(() => undefined);
      const service = reply?.ok ? ((await reply.json()) as { service: string }).service : undefined;
      if (service !== undefined) return service.endsWith("blue") ? "blue" : "green";
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`production of ${pair} does not answer`);
  }

  /** Releases the holds of a pair; returns whether the app accepted it. */
  async releaseHolds(pair: string): Promise<boolean> {
    const { http, tokens } = this.#app.offers;
    const reply = await fetch(`${http}/api/holds/${pair}?note=chaos`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${tokens.operator}` },
    }).catch(() => undefined);
    return reply?.ok ?? false;
  }

  /** Every event that the broker has kept, in order. */
  async drain(): Promise<ReceivedEvent[]> {
    const client = new ServiceBusClient(this.#broker.offers.connectionString);
    const receiver = client.createReceiver(EVENT_TOPIC, RECORD, { receiveMode: "receiveAndDelete" });
    const events: ReceivedEvent[] = [];
    for (;;) {
      const messages = await receiver.receiveMessages(100, { maxWaitTimeInMs: 1_000 });
      if (messages.length === 0) break;
      events.push(...messages.map(({ body }) => body as ReceivedEvent));
    }
    await client.close();
    return events;
  }

  async end(): Promise<void> {
    for (const victim of victims) await this.kill(victim);
  }

  #processOf(victim: Victim): PartProcess<unknown> {
    if (victim === "app") return this.#app;
    return victim === "broker" ? this.#broker : this.#resourceManager;
  }

  async #start(victim: Victim): Promise<void> {
    if (victim === "Resource Manager") {
      this.#resourceManager = await startResourceManager(this.#ground);
    } else if (victim === "broker") {
      this.#broker = await startBroker(this.#ground);
      this.#bus = this.#connect();
    } else {
      this.#app = await startApp(this.#ground, this.#resourceManager, this.#broker);
    }
  }

  #connect(): Bus {
    const { connectionString } = this.#broker.offers;
    const names = { requestQueue: REQUEST_QUEUE, eventTopic: EVENT_TOPIC, eventSubscription: "all" };
    return new Bus({ serviceBusConnectionString: connectionString, ...names }, this.seen);
  }
}

type ChaosGround = Omit<Ground, "log">;

function startResourceManager(ground: ChaosGround): Promise<PartProcess<ResourceManagerPart>> {
  return PartProcess.start({ ...ground, part: "resource-manager" });
}

function startBroker(ground: ChaosGround): Promise<PartProcess<ServiceBusPart>> {
  return PartProcess.start({ ...ground, part: "service-bus", topology: topologyOfChaos() });
}

function startApp(
  ground: ChaosGround,
  { offers: resourceManager }: PartProcess<ResourceManagerPart>,
  { offers: serviceBus }: PartProcess<ServiceBusPart>,
): Promise<PartProcess<AppPart>> {
  return PartProcess.start({ ...ground, part: "app", resourceManager, serviceBus });
}

/** The topology with the record, and with short locks, so that a killed app's messages return soon. */
function topologyOfChaos(): unknown {
  const topology = readTopology() as {
    UserConfig: {
      Namespaces: {
        Queues: { Properties: Record<string, unknown> }[];
        Topics: { Subscriptions: object[] }[];
      }[];
    };
  };
  for (const { Queues, Topics } of topology.UserConfig.Namespaces) {
    for (const { Properties } of Queues) Properties["LockDuration"] = "PT5S";
    for (const { Subscriptions } of Topics) Subscriptions.push({ Name: RECORD });
  }
  return topology;
}
