import type { WebhookReply } from "./contract";

/** A reply of the management API: JSON, or no body. */
export function reply(status: number, body?: unknown, headers: Record<string, string> = {}): WebhookReply {
  if (body === undefined) return { status, headers, body: Buffer.alloc(0) };
  const type = { "content-type": "application/json; charset=utf-8" };
  return { status, headers: { ...type, ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

/** An exception in the extension's format, with its .NET type and text (golden: management.json). */
export function exceptionReply(
  status: number,
  message: string,
  exception: { readonly type: string; readonly message: string },
): WebhookReply {
  return reply(status, {
    Message: message,
    ExceptionMessage: exception.message,
    ExceptionType: exception.type,
    StackTrace: "",
  });
}

/** An unexpected error, or a request that the state of the instance forbids. */
export function failedReply(
  exceptionMessage: string,
  type = "System.InvalidOperationException",
): WebhookReply {
  return exceptionReply(500, "Something went wrong while processing your request", {
    type,
    message: exceptionMessage,
  });
}
