/** Publishes events to whoever listens. */
export interface Announcer {
  /**
   * Sends the bytes of one CloudEvent (structured mode) unchanged; resolves when the broker has accepted them.
   * The message id is the event's `id`; application properties carry type, pair, outcome and requestId where it has them.
   * Throws on transient faults, and when that takes longer than `timeoutMs` (default 20 s).
   */
  publish(event: string, timeoutMs?: number): Promise<void>;
}
