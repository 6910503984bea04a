import type { WebhookRequest } from "./contract";

/** A body that should be JSON and is none. */
export class UnreadableJson extends Error {}

/** The body of a request as JSON text; null when there is none. */
export function jsonBody({ body }: WebhookRequest): string | null {
  if (body.length === 0) return null;
  const text = body.toString("utf8");
  try {
    JSON.parse(text);
    return text;
  } catch (cause) {
    throw new UnreadableJson(cause instanceof Error ? cause.message : String(cause));
  }
}
