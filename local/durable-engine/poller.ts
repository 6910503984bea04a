/** The first rest of a poller that found its queue empty; each next one is twice as long, up to the longest. */
const FIRST_REST_MS = 100;

/**
 * When one process looks into one queue: at once after a find or a send of its own, then ever more rarely. An idle look
 * is not an event here: it is computed which look will find something, when there is something to find.
 */
export class Poller {
  readonly #longestRestMs: number;
  #since: number;

  constructor(longestRestMs: number, now: number) {
    this.#longestRestMs = longestRestMs;
    this.#since = now;
  }

  /** It has found something, or its own process has sent something. */
  reset(now: number): void {
    this.#since = now;
  }

  /** The first look at `visibleAt` or later that has not been yet. */
  nextLook(visibleAt: number): number {
    let rest = Math.min(FIRST_REST_MS, this.#longestRestMs);
    let look = this.#since + rest;
    while (look < visibleAt && rest < this.#longestRestMs) {
      rest = Math.min(rest * 2, this.#longestRestMs);
      look += rest;
    }
    return look + Math.max(0, Math.ceil((visibleAt - look) / rest)) * rest;
  }
}
