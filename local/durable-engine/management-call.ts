import type { Addresses } from "./client-binding";
import type { WebhookRequest } from "./contract";
import type { Host } from "./host";

/** A parsed request to the management API. */
export interface Call {
  readonly host: Host;
  readonly addresses: Addresses;
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly request: WebhookRequest;
  readonly origin: string;
}

/** The body is not valid JSON. */
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
