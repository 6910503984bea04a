import type { InvocationContext, ServiceBusQueueHandler } from "@azure/functions";
import { tellText } from "../contracts/complaints";
import { notAcceptedEvent, type NotAccepted } from "../contracts/not-accepted-event";
import { parseSwapRequest } from "../contracts/swap-request";
import { reason } from "../domain/codes";
import type { Ports } from "../ports/ports";
import { acceptRequest, publishOutcome } from "./accept";
import { untilSeen } from "./read-back";

type PortsFor = (context: InvocationContext) => Ports;

/**
 * Takes swap requests from the queue. Returning completes the message: everything it asked for is durable by then.
 * What is no request is answered by one event and completed; nothing malformed is ever delivered twice.
 */
export function createQueueHandler(portsFor: PortsFor, queue: string): ServiceBusQueueHandler {
  return async (body: unknown, context) => {
    const ports = portsFor(context);
    const message = identify(queue, context);
    const parsed = parseSwapRequest(body);
    if (!parsed.ok) {
      const detail = `${parsed.complaints.length} complaint${parsed.complaints.length === 1 ? "" : "s"}`;
      const { complaints, requestId } = parsed;
      await decline({ reason: reason(parsed.code, detail), complaints, requestId, message, body }, ports);
      return;
    }
    const { request, contentHash } = parsed.value;
    const { requestId } = request;
    const registration = {
      requestId,
      contentHash,
      request,
      origin: { channel: "queue" as const },
      at: ports.clock.now(),
    };
    const accepted = await acceptRequest(registration, ports);
    if (accepted.kind === "concluded") await publishOutcome(accepted.state, ports);
    if (accepted.kind === "conflict") {
      const refusal = reason(
        "request-conflict",
        `the request id ${requestId} is taken by a request with other content`,
      );
      await decline({ reason: refusal, complaints: [], requestId, message, body }, ports);
    }
  };
}

/** Announces what never reached us: messages that ended in the dead-letter queue. */
export function createDeadLetterHandler(portsFor: PortsFor, queue: string): ServiceBusQueueHandler {
  return async (body: unknown, context) => {
    const ports = portsFor(context);
    const { deadLetterReason, deadLetterErrorDescription } = (context.triggerMetadata?.[
      "applicationProperties"
    ] ?? {}) as Record<string, unknown>;
    const why = [deadLetterReason, deadLetterErrorDescription]
      .filter((text) => typeof text === "string")
      .join(": ");
    const told = tellText(why || "no reason given", 500);
    const parsed = parseSwapRequest(body);
    const requestId = parsed.ok ? parsed.value.request.requestId : parsed.requestId;
    ports.log.alert("dead-letter", "a message ended in the dead-letter queue", {
      requestId: requestId ?? undefined,
      detail: told,
    });
    const message = { ...identify(queue, context), deadLetterReason: told };
    const complaints = parsed.ok ? [] : parsed.complaints;
    await decline({ reason: reason("dead-lettered", told), complaints, requestId, message, body }, ports);
  };
}

/** Ids arrive as numbers when they look like numbers, and payload fields may overwrite them: they only name the message. */
function identify(queue: string, { triggerMetadata }: InvocationContext): NotAccepted["message"] {
  const text = (name: string) => {
    const value = triggerMetadata?.[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return { queue, messageId: text("messageId"), sequenceNumber: text("sequenceNumber") };
}

async function decline(what: Omit<NotAccepted, "at">, ports: Ports): Promise<void> {
  const event = JSON.stringify(notAcceptedEvent({ ...what, at: ports.clock.now() }));
  await untilSeen(
    "the answer",
    async () => {
      await ports.announcer.publish(event);
      return true;
    },
    ports,
  );
  ports.log.info("a message was not accepted", {
    requestId: what.requestId ?? undefined,
    code: what.reason.code,
  });
}
