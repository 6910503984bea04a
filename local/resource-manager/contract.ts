/** The clock of Resource Manager; `at` is in ms since 1970, and setTimer returns a cancel function. */
export interface ResourceManagerClock {
  now(): number;
  setTimer(at: number, fire: () => void): () => void;
}

export interface ArmRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** Scheme, host and port of the call, for operation URLs. */
  readonly origin: string;
}

export interface ArmReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  /** Sent unchanged instead of `body`. */
  readonly text?: string;
}

/** What the caller gets after `delayMs`: a reply, a broken connection, or nothing. */
export type ArmOutcome = { readonly delayMs: number } & (
  | { readonly kind: "reply"; readonly reply: ArmReply }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
);

/** The body of a reply on the wire. */
export function wireText({ text, body }: ArmReply): string {
  return text ?? (body === undefined ? "" : JSON.stringify(body));
}
