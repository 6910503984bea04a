import type { OperationAddress, OperationRead, SwapReply } from "../../domain/attempt";
import { correlationOf, errorOf, jsonOf, member, retryAfterMs, textMember, type RawReply } from "./replies";

/** Microsoft.Network answers 429 with this code when the target is locked: a conflict, not throttling. */
const LOCKED = "RetryableErrorDueToAnotherOperation";

/** What Resource Manager's answer to the swap PUT means. Only 4xx says for certain that nothing was begun. */
export function readSwapReply(reply: RawReply, origin: string, now: number): SwapReply {
  const correlationId = correlationOf(reply);
  const wait = retryAfterMs(reply, now);
  if ([200, 201, 202, 204].includes(reply.status)) {
    return {
      kind: "accepted",
      status: reply.status,
      retryAfterMs: wait,
      correlationId,
      ...operationOf(reply, origin),
    };
  }
  const { code, message } = errorOf(reply);
  const detail = `${code}: ${message}`;
  if (reply.status === 409 || (reply.status === 429 && code === LOCKED)) {
    return { kind: "busy", code, detail: message, retryAfterMs: wait, correlationId };
  }
  if (reply.status === 429) return { kind: "throttled", detail, retryAfterMs: wait ?? 30_000, correlationId };
  if (reply.status >= 400 && reply.status < 500 && reply.status !== 408) {
    return { kind: "declined", status: reply.status, code, detail: message, correlationId };
  }
  return { kind: "unknown", detail: `${reply.status} ${detail}`, correlationId };
}

/** The operation's own URL before that of its result; a URL on another host would get our token and is dropped. */
function operationOf(
  reply: RawReply,
  origin: string,
): { readonly operation?: OperationAddress; readonly detail?: string } {
  const own = reply.headers.get("azure-asyncoperation") ?? reply.headers.get("operation-location");
  const url = own ?? reply.headers.get("location");
  if (url === undefined) return {};
  if (URL.canParse(url) && new URL(url).origin === origin)
    return { operation: { url, style: own === undefined ? "location" : "azure-async-operation" } };
  return { detail: "the operation's URL is on another host and is not followed" };
}

const failures = ["failed", "canceled", "cancelled"];

/**
 * What an operation says of itself. A 200 or 204 without a status is no answer here, although the SDK takes it for
 * success: of a result's URL (Location) it says that the operation is over, not how it ended. Reads of both services do.
 */
export function readOperationReply(reply: RawReply, now: number): OperationRead {
  const wait = retryAfterMs(reply, now);
  if (reply.status === 202) return { kind: "running", retryAfterMs: wait };
  if (reply.status !== 200) return { kind: "unreadable", detail: `HTTP ${reply.status}`, retryAfterMs: wait };
  const body = jsonOf(reply);
  const status = textMember(body, "status")?.toLowerCase();
  if (status === undefined)
    return { kind: "unreadable", detail: "the operation has no status", retryAfterMs: wait };
  if (status === "succeeded") return { kind: "succeeded" };
  if (!failures.includes(status)) return { kind: "running", retryAfterMs: wait };
  const error = member(body, "error");
  const code = textMember(error, "code") ?? status;
  return { kind: "failed", code, detail: (textMember(error, "message") ?? "no message").slice(0, 300) };
}
