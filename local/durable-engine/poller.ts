/** The first pause after an empty poll; each further pause is twice as long, up to the longest. */
const FIRST_REST_MS = 100;

/**
 * When one process polls one queue: at once after a find or its own send, then ever more rarely. Empty polls are not
 * simulated: the time of the first successful poll is computed.
 */
export class Poller {
  readonly #longestRestMs: number;
  #since: number;

  constructor(longestRestMs: number, now: number) {
    this.#longestRestMs = longestRestMs;
    this.#since = now;
  }

  /** Restarts the intervals, after a find or a send by its own process. */
  reset(now: number): void {
    this.#since = now;
  }

  /** The first poll at `visibleAt` or later that is still to come. */
  nextPoll(visibleAt: number): number {
    let rest = Math.min(FIRST_REST_MS, this.#longestRestMs);
    let at = this.#since + rest;
    while (at < visibleAt && rest < this.#longestRestMs) {
      rest = Math.min(rest * 2, this.#longestRestMs);
      at += rest;
    }
    return at + Math.max(0, Math.ceil((visibleAt - at) / rest)) * rest;
  }
}
