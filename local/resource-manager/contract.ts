/** Where Resource Manager gets its time from; `at` is in ms since 1970, and the answer of setTimer cancels. */
export interface ResourceManagerClock {
  now(): number;
  setTimer(at: number, fire: () => void): () => void;
}

export interface ArmRequest {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** Scheme, host and port the caller asked, for operation URLs. */
  readonly origin: string;
}

export interface ArmReply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string;
}

/** What reaches the caller, `delayMs` later: a reply, a connection that breaks, or nothing at all. */
export type ArmOutcome = { readonly delayMs: number } & (
  | { readonly kind: "reply"; readonly reply: ArmReply }
  | { readonly kind: "reset" }
  | { readonly kind: "hang" }
);

/** The body of a reply as it goes over the wire. */
export function wireText({ text, body }: ArmReply): string {
  return text ?? (body === undefined ? "" : JSON.stringify(body));
}
