import {
  ServiceBusClient,
  type RetryOptions,
  type ServiceBusMessage,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from "@azure/service-bus";
import { startServiceBus, type BrokerFaults, type ServiceBusServer } from "../../local/service-bus";

interface Config {
  /** Properties of each queue, as in Microsoft's Config.json. */
  readonly queues?: Readonly<Record<string, object>>;
  /** Subscriptions of each topic, each with the correlation filters of its rules. */
  readonly topics?: Readonly<Record<string, Readonly<Record<string, readonly object[]>>>>;
  readonly faults?: BrokerFaults;
  readonly dataDirectory?: string;
  readonly port?: number;
  readonly log?: (line: { message: string }) => void;
}

/** A broker and an unmodified client on it. */
export interface Bus {
  readonly server: ServiceBusServer;
  readonly client: ServiceBusClient;
  send(entity: string, ...messages: ServiceBusMessage[]): Promise<void>;
  stop(): Promise<void>;
}

/** Fails fast, so that a test measures the broker and not the client's retries. */
export const impatient: RetryOptions = { maxRetries: 0, timeoutInMs: 5_000 };

/** The content of a topology file of Microsoft's emulator. */
export function topologyOf({ queues = {}, topics = {} }: Config): unknown {
  const correlation = (filter: object) => ({
    Properties: { FilterType: "Correlation", CorrelationFilter: filter },
  });
  const Queues = Object.entries(queues).map(([Name, Properties]) => ({ Name, Properties }));
  const Topics = Object.entries(topics).map(([Name, subscriptions]) => ({
    Name,
    Subscriptions: Object.entries(subscriptions).map(([subscription, rules]) => ({
      Name: subscription,
      Rules: rules.map(correlation),
    })),
  }));
  return { UserConfig: { Namespaces: [{ Name: "test", Queues, Topics }] } };
}

/** Starts a broker and connects a client to it. */
export async function openBus(config: Config, retryOptions: RetryOptions = impatient): Promise<Bus> {
  const { faults, dataDirectory, port, log } = config;
  const server = await startServiceBus({ topology: topologyOf(config), faults, dataDirectory, port, log });
  const client = new ServiceBusClient(server.connectionString, { retryOptions });
  return {
    server,
    client,
    send: async (entity, ...messages) => {
      const sender = client.createSender(entity);
      await sender.sendMessages(messages);
      await sender.close();
    },
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}

/** The next message, or a failure. */
export async function receiveOne(
  receiver: ServiceBusReceiver,
  maxWaitTimeInMs = 3_000,
): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs });
  if (!message) throw new Error("nothing was received");
  return message;
}

/** Resolves as soon as the condition holds; fails after some seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const start = Date.now(); !condition();) {
    if (Date.now() - start > 10_000) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
