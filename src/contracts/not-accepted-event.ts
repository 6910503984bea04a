import { createHash } from "node:crypto";
import type { Issue } from "../domain/kernel/issue";
import type { Reason } from "../domain/kernel/reason-codes";
import { cleanText } from "../domain/kernel/untrusted-text";
import {
  cloudEvent,
  eventTypes,
  type NotAcceptedData,
  type NotAcceptedEvent,
} from "../domain/promotion/events";
import { jsonText, maskCredentials, formatText } from "./issues";

const EXCERPT = 4 * 1024;
/** These bounds keep the event far below 256 KiB, the limit of a Standard namespace: it must always be publishable. */
const ISSUE_LIMIT = 50;
const TEXT_LIMIT = 500;
/** The limit of Service Bus (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas). */
const MESSAGE_ID_LIMIT = 128;

export interface NotAccepted {
  readonly reason: Reason;
  readonly issues: readonly Issue[];
  readonly requestId: string | null;
  readonly message: NotAcceptedData["message"];
  /** As the host passed it: bytes, or its conversion of them. */
  readonly body: unknown;
  /** For a conflict: the path of the promotion that has the id. */
  readonly promotion?: string;
  readonly at: number;
}

/**
 * The event for a message that does not become a promotion. Its id is a hash of queue, message id, sequence number
 * and body, so every delivery has the same event.
 */
export function notAcceptedEvent({
  reason,
  issues,
  requestId,
  message,
  body,
  promotion,
  at,
}: NotAccepted): NotAcceptedEvent {
  const bytes = bytesOf(body);
  const text = bytes.toString("utf8");
  const id = sha256([message.queue, message.messageId, message.sequenceNumber, text].join("\n")).slice(0, 32);
  const about = {
    id: `not-accepted-${id}`,
    type: eventTypes.notAccepted,
    subject: `queues/${message.queue}`,
    at,
  };
  return cloudEvent(about, {
    reason: { ...reason, detail: formatText(reason.detail, TEXT_LIMIT) },
    issues: issues.slice(0, ISSUE_LIMIT),
    requestId,
    message: describeMessage(message),
    body: digestBody(bytes, text),
    promotion,
  });
}

/** A message id and a dead-letter reason are text from the sender: they may quote anything. */
function describeMessage({ deadLetterReason, ...message }: NotAccepted["message"]): NotAccepted["message"] {
  const described = { ...message, messageId: formatText(message.messageId, MESSAGE_ID_LIMIT) };
  if (deadLetterReason === undefined) return described;
  return { ...described, deadLetterReason: formatText(deadLetterReason, TEXT_LIMIT) };
}

function bytesOf(body: unknown): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === "string" ? body : body === undefined ? "" : jsonText(body));
}

function digestBody(bytes: Buffer, text: string): NotAcceptedData["body"] {
  // Masks twice the excerpt, so that a credential that starts inside it is recognised by its end outside.
  const masked = maskCredentials(text.slice(0, 2 * EXCERPT)).slice(0, EXCERPT);
  const excerpt = cleanText(masked);
  return { length: bytes.length, sha256: sha256(bytes), excerpt };
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
