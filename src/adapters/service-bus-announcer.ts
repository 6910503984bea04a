import type { TokenCredential } from "@azure/core-auth";
import type { ServiceBusClient, ServiceBusSender } from "@azure/service-bus";
import type { Announcer } from "../ports/announcer";
import { withinSignal } from "./within-signal";

export interface AnnouncerOptions {
  readonly connectionString?: string;
  readonly fullyQualifiedNamespace?: string;
  readonly credential: TokenCredential;
  readonly topic: string;
}

interface Published {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly pair?: string; readonly outcome?: string; readonly requestId?: string | null };
}

/** The size limit of a message in the Standard tier. */
const EVENT_LIMIT = 256 * 1024;

type Opened = Promise<{ client: ServiceBusClient; sender: ServiceBusSender }>;

/** Publishes to a Service Bus topic: CloudEvents in structured mode, with properties for filtering. */
export function createAnnouncer(options: AnnouncerOptions): Announcer & { close(): Promise<void> } {
  let current: Opened | undefined;
  const close = async (opened: Opened | undefined) => {
    // Keep a newer client that another event has opened.
    if (opened === current) current = undefined;
    await (await opened)?.client.close();
  };
  return {
    close: () => close(current),
    async publish(event, timeoutMs = 20_000) {
      if (Buffer.byteLength(event, "utf8") > EVENT_LIMIT) throw new Error("the event is larger than 256 KiB");
      const message = toMessage(event);
      current ??= open(options);
      const opened = current;
      try {
        const signal = AbortSignal.timeout(timeoutMs);
        const sending = opened.then(({ sender }) => sender.sendMessages(message, { abortSignal: signal }));
        await withinSignal(signal, sending);
      } catch (cause) {
        // A failed sender may never recover: the next event opens a new one.
        void close(opened).catch(() => undefined);
        throw new Error("the event was not accepted by Service Bus", { cause });
      }
    },
  };
}

async function open(options: AnnouncerOptions): Opened {
  const { ServiceBusClient } = await import("@azure/service-bus");
  const retryOptions = { maxRetries: 2, timeoutInMs: 10_000, retryDelayInMs: 500, maxRetryDelayInMs: 2_000 };
  const client =
    options.connectionString === undefined
      ? new ServiceBusClient(options.fullyQualifiedNamespace ?? "", options.credential, { retryOptions })
      : new ServiceBusClient(options.connectionString, { retryOptions });
  return { client, sender: client.createSender(options.topic) };
}

function toMessage(event: string) {
  const { id, type, data } = JSON.parse(event) as Published;
  const given = { type, pair: data.pair, outcome: data.outcome, requestId: data.requestId ?? undefined };
  const applicationProperties = Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    body: Buffer.from(event, "utf8"),
    contentType: "application/cloudevents+json; charset=utf-8",
    messageId: id,
    subject: type,
    correlationId: given.requestId,
    applicationProperties,
  };
}
