/** Publishes events to subscribers. */
export interface Announcer {
  /**
   * Sends the bytes of one CloudEvent (structured mode) unchanged. Resolves when the broker has accepted them.
   * The message id is the event's `id`; application properties carry type, pair, outcome and requestId if present.
   * Throws on transient faults and after `timeoutMs` (default 20 s).
   */
  publish(event: string, timeoutMs?: number): Promise<void>;
}
