import type { WebhookReply } from "./contract";

/** A reply of the management API: JSON, or nothing at all. */
export function reply(status: number, body?: unknown, headers: Record<string, string> = {}): WebhookReply {
  if (body === undefined) return { status, headers, body: Buffer.alloc(0) };
  const type = { "content-type": "application/json; charset=utf-8" };
  return { status, headers: { ...type, ...headers }, body: Buffer.from(JSON.stringify(body)) };
}

/** An exception in the form the extension gives it; the .NET type and words are its own (golden: management.json). */
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

/** A fault that was not foreseen, or a request the state of the instance forbids. */
export function failedReply(
  exceptionMessage: string,
  type = "System.InvalidOperationException",
): WebhookReply {
  return exceptionReply(500, "Something went wrong while processing your request", {
    type,
    message: exceptionMessage,
  });
}
