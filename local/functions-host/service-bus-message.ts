import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import type { RpcData } from "./contract";
import { bodyBytes, bodyText } from "./message-body";
import { payloadMetadata } from "./payload-metadata";

/**
 * A body as the host passes it on: text, or bytes when the binding asks for binary data. Throws for a body that it
 * cannot bind.
 */
export function bodyData(
  { body, _rawAmqpMessage: raw }: ServiceBusReceivedMessage,
  dataType?: unknown,
): { string: string } | { bytes: Buffer } {
  const message = { body: body as unknown, bodyType: raw.bodyType };
  return dataType === "binary" ? { bytes: bodyBytes(message) } : { string: bodyText(message) };
}

/**
 * The trigger metadata of one message as the host sends it: PascalCase names, without nulls, overwritten by the
 * top-level scalars of a JSON body (golden: timer-and-service-bus).
 */
export function triggerMetadata(
  message: ServiceBusReceivedMessage,
  namespace = "",
  data: ReturnType<typeof bodyData> = bodyData(message),
): Record<string, RpcData> {
  const dates = {
    ExpiresAtUtc: localTime(message.expiresAtUtc, NEVER),
    ExpiresAt: offsetTime(message.expiresAtUtc, NEVER),
    EnqueuedTimeUtc: localTime(message.enqueuedTimeUtc),
    EnqueuedTime: offsetTime(message.enqueuedTimeUtc),
  };
  const properties = jsonOf(message.applicationProperties ?? {});
  const metadata: Record<string, RpcData | undefined> = {
    MessageReceiver: jsonOf({}),
    MessageSession: jsonOf({}),
    MessageActions: jsonOf({}),
    SessionActions: jsonOf({}),
    ReceiveActions: jsonOf({}),
    Client: jsonOf({ ...client, FullyQualifiedNamespace: namespace, Identifier: namespace }),
    DeliveryCount: jsonOf((message.deliveryCount ?? 0) + 1),
    LockToken: textOf(message.lockToken),
    ...Object.fromEntries(Object.entries(dates).map(([name, value]) => [name, value && jsonOf(value)])),
    MessageId: textOf(message.messageId),
    ContentType: textOf(message.contentType),
    SequenceNumber: message.sequenceNumber && jsonOf(Number(message.sequenceNumber.toString())),
    Subject: textOf(message.subject),
    Label: textOf(message.subject),
    CorrelationId: textOf(message.correlationId),
    To: textOf(message.to),
    ReplyTo: textOf(message.replyTo),
    SessionId: textOf(message.sessionId),
    ReplyToSessionId: textOf(message.replyToSessionId),
    PartitionKey: textOf(message.partitionKey),
    DeadLetterSource: textOf(message.deadLetterSource),
    ApplicationProperties: properties,
    UserProperties: properties,
  };
  const present = Object.entries(metadata).filter(
    (entry): entry is [string, RpcData] => entry[1] !== undefined,
  );
  // The host reads no members from bytes.
  return withPayload(Object.fromEntries(present), "string" in data ? data.string : "");
}

/** The greatest time in .NET, for a message that never expires. */
const NEVER = "9999-12-31T23:59:59.9999999";
const LAST = new Date("9999-12-31T23:59:59.999Z");
const client = { IsClosed: false, TransportType: 0 };

function textOf(value: unknown): RpcData | undefined {
  return value === undefined || value === null ? undefined : { string: textFrom(value) };
}

function textFrom(value: unknown): string {
  if (typeof value === "string") return value;
  return Buffer.isBuffer(value) ? value.toString("utf8") : JSON.stringify(value);
}

function jsonOf(value: unknown): RpcData {
  return { json: JSON.stringify(value) };
}

function localTime(date: Date | undefined, otherwise?: string): string | undefined {
  return date && date < LAST ? date.toISOString().replace(/Z$/, "") : otherwise;
}

function offsetTime(date: Date | undefined, otherwise?: string): string | undefined {
  const local = localTime(date, otherwise);
  return local && `${local}+00:00`;
}

/** Payload members overwrite metadata of the same name, ignoring case. */
function withPayload(metadata: Record<string, RpcData>, body: string): Record<string, RpcData> {
  const merged = new Map(Object.entries(metadata));
  for (const [name, data] of Object.entries(payloadMetadata(body))) {
    const same = [...merged.keys()].find((key) => key.toLowerCase() === name.toLowerCase());
    merged.set(same ?? name, data);
  }
  return Object.fromEntries(merged);
}
