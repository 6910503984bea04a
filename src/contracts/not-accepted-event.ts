import { createHash } from "node:crypto";
import type { Reason } from "../domain/codes";
import {
  eventTypes,
  toTime,
  type Complaint,
  type NotAcceptedData,
  type NotAcceptedEvent,
} from "../domain/events";
import { cleanText } from "../domain/outside-text";
import { jsonText, maskCredentials, tellText } from "./complaints";

const EXCERPT = 4 * 1024;
/** These bounds keep the event far below 256 KiB, the most a Standard namespace takes: it must always be publishable. */
const COMPLAINT_LIMIT = 50;
const TEXT_LIMIT = 500;
/** As long as Service Bus lets one be (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas). */
const MESSAGE_ID_LIMIT = 128;

export interface NotAccepted {
  readonly reason: Reason;
  readonly complaints: readonly Complaint[];
  readonly requestId: string | null;
  readonly message: NotAcceptedData["message"];
  readonly body: unknown;
  readonly at: number;
}

/**
 * The answer to a message that never becomes a promotion. Its id is a hash of queue, message id, sequence number and
 * body: each delivery of the same message says the same.
 */
export function notAcceptedEvent({
  reason,
  complaints,
  requestId,
  message,
  body,
  at,
}: NotAccepted): NotAcceptedEvent {
  const text = typeof body === "string" ? body : body === undefined ? "" : jsonText(body);
  const id = sha256([message.queue, message.messageId, message.sequenceNumber, text].join("\n")).slice(0, 32);
  return {
    specversion: "1.0",
    id: `not-accepted-${id}`,
    source: "urn:cloud-service-swap",
    type: eventTypes.notAccepted,
    subject: `queues/${message.queue}`,
    time: toTime(at),
    datacontenttype: "application/json",
    data: {
      reason: { ...reason, detail: tellText(reason.detail, TEXT_LIMIT) },
      complaints: complaints.slice(0, COMPLAINT_LIMIT),
      requestId,
      message: tellMessage(message),
      body: digestBody(text),
    },
  };
}

/** A message's id, and why it was dead-lettered, are text of whoever sent or did it: they may quote anything. */
function tellMessage({ deadLetterReason, ...message }: NotAccepted["message"]): NotAccepted["message"] {
  const told = { ...message, messageId: tellText(message.messageId, MESSAGE_ID_LIMIT) };
  if (deadLetterReason === undefined) return told;
  return { ...told, deadLetterReason: tellText(deadLetterReason, TEXT_LIMIT) };
}

function digestBody(text: string): NotAcceptedData["body"] {
  // Twice as much is masked as is shown, so that what starts inside the excerpt is recognised by its end outside.
  const masked = maskCredentials(text.slice(0, 2 * EXCERPT)).slice(0, EXCERPT);
  const excerpt = cleanText(masked);
  return { length: Buffer.byteLength(text), sha256: sha256(text), excerpt };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
