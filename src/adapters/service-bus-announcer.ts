import type { TokenCredential } from "@azure/core-auth";
import type { ServiceBusClient, ServiceBusSender } from "@azure/service-bus";
import type { Announcer } from "../ports/announcer";

export interface AnnouncerOptions {
  readonly connectionString?: string | undefined;
  readonly fullyQualifiedNamespace?: string | undefined;
  readonly credential: TokenCredential;
  readonly topic: string;
}

interface Published {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly pair?: string; readonly outcome?: string; readonly requestId?: string | null };
}

/** Announces through a Service Bus topic: CloudEvents structured mode, properties for filtering. */
export function createAnnouncer(options: AnnouncerOptions): Announcer & { close(): Promise<void> } {
  let opened: Promise<{ client: ServiceBusClient; sender: ServiceBusSender }> | undefined;
  const close = async () => {
    const open = opened;
    opened = undefined;
    await (await open)?.client.close();
  };
  return {
    close,
    async publish(event, timeoutMs = 20_000) {
      opened ??= open(options);
      try {
        const { sender } = await opened;
        await sender.sendMessages(toMessage(event), {
          abortSignal: AbortSignal.timeout(timeoutMs),
        });
      } catch (cause) {
        // A sender that failed may never recover: the next event opens a new one.
        void close().catch(() => undefined);
        throw new Error("the event was not accepted by Service Bus", { cause });
      }
    },
  };
}

async function open(
  options: AnnouncerOptions,
): Promise<{ client: ServiceBusClient; sender: ServiceBusSender }> {
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
    ...(given.requestId === undefined ? {} : { correlationId: given.requestId }),
    applicationProperties,
  };
}
