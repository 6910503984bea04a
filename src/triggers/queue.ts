import type { InvocationContext, ServiceBusQueueHandler } from "@azure/functions";
import { onePerPlace, formatText } from "../contracts/issues";
import { readMessageBody } from "../contracts/message-body";
import { type NotAccepted, notAcceptedEvent } from "../contracts/not-accepted-event";
import { conflictIssues, type ParsedRequest, parseSwapRequest } from "../contracts/swap-request";
import { reason } from "../domain/kernel/reason-codes";
import { conflictDetail, differingFields } from "../domain/promotion/acceptance";
import type { PromotionState, Registration } from "../domain/promotion/state";
import type { Ports } from "../ports/ports";
import { acceptRequest, publishOutcome } from "./accept";
import { publishUntilAccepted } from "./read-back";
import type { PortsFor } from "./ports-for";

/**
 * Takes swap requests from the queue. Returning completes the message, so everything is durable by then. A message
 * that is not a valid request gets one event and is completed; it is never delivered twice for that.
 */
export function createQueueHandler(portsFor: PortsFor, queue: string): ServiceBusQueueHandler {
  return async (body: unknown, context) => {
    const ports = portsFor(context);
    const message = identify(queue, context);
    const answer = (no: Refusal) => decline({ ...no, message, body }, ports);
    const parsed = parseMessage(body);
    if (!parsed.ok) return answer(parsed.refusal);
    const { request, contentHash } = parsed.value;
    const { requestId } = request;
    const origin = { channel: "queue" } as const;
    const registration = { requestId, contentHash, request, origin, at: ports.clock.now() };
    const accepted = await acceptRequest(registration, ports);
    if (accepted.kind === "refused") return answer({ reason: accepted.reason, issues: [], requestId });
    if (accepted.kind === "concluded") await publishOutcome(accepted.state, ports);
    if (accepted.kind === "conflict") await answer(conflictOf(parsed.value, registration, accepted.state));
  };
}

type Refusal = Pick<NotAccepted, "reason" | "issues" | "requestId" | "promotion">;
type MessageParse =
  { readonly ok: true; readonly value: ParsedRequest } | { readonly ok: false; readonly refusal: Refusal };

/** The request in a message, or every mistake of it. A field that occurs twice is a mistake. */
function parseMessage(body: unknown): MessageParse {
  const { value, issues: ofText } = readMessageBody(body);
  const parsed = parseSwapRequest(value);
  if (parsed.ok && ofText.length === 0) return parsed;
  // For bytes that are not text, that is the only issue.
  const ofRequest = parsed.ok || (value === undefined && ofText.length > 0) ? [] : parsed.issues;
  const issues = onePerPlace([...ofText, ...ofRequest]);
  const code = parsed.ok ? "malformed-request" : parsed.code;
  const detail = `${issues.length} issue${issues.length === 1 ? "" : "s"}`;
  const named = parsed.ok ? parsed.value.request.requestId : parsed.requestId;
  const isAmbiguous = ofText.some(({ path }) => /^\$(?:\.data)?\.requestId$|^\$\.data$/.test(path));
  return {
    ok: false,
    refusal: { reason: reason(code, detail), issues, requestId: isAmbiguous ? null : named },
  };
}

function conflictOf({ sent }: ParsedRequest, registration: Registration, known: PromotionState): Refusal {
  const { requestId } = registration;
  const fields = differingFields(known, registration);
  return {
    reason: reason("request-conflict", conflictDetail(requestId, fields)),
    issues: conflictIssues(sent, fields, requestId),
    requestId,
    promotion: `/api/promotions/${requestId}`,
  };
}

/** Announces messages that ended in the dead-letter queue. */
export function createDeadLetterHandler(portsFor: PortsFor, queue: string): ServiceBusQueueHandler {
  return async (body: unknown, context) => {
    const ports = portsFor(context);
    const { deadLetterReason, deadLetterErrorDescription } = (context.triggerMetadata?.[
      "applicationProperties"
    ] ?? {}) as Record<string, unknown>;
    const why = [deadLetterReason, deadLetterErrorDescription]
      .filter((text) => typeof text === "string")
      .join(": ");
    const described = formatText(why || "no reason given", 500);
    const parsed = parseSwapRequest(body);
    const requestId = parsed.ok ? parsed.value.request.requestId : parsed.requestId;
    ports.log.alert("dead-letter", "a message was dead-lettered", {
      requestId: requestId ?? undefined,
      detail: described,
    });
    const message = { ...identify(queue, context), deadLetterReason: described };
    const issues = parsed.ok ? [] : parsed.issues;
    await decline({ reason: reason("dead-lettered", described), issues, requestId, message, body }, ports);
  };
}

/** Ids may arrive as numbers, and payload fields may overwrite them: they only name the message. */
function identify(queue: string, { triggerMetadata }: InvocationContext): NotAccepted["message"] {
  const text = (name: string) => {
    const value = triggerMetadata?.[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  return { queue, messageId: text("messageId"), sequenceNumber: text("sequenceNumber") };
}

async function decline(what: Omit<NotAccepted, "at">, ports: Ports): Promise<void> {
  const event = JSON.stringify(notAcceptedEvent({ ...what, at: ports.clock.now() }));
  await publishUntilAccepted("the answer", event, ports);
  ports.log.info("a message was not accepted", {
    requestId: what.requestId ?? undefined,
    code: what.reason.code,
  });
}
