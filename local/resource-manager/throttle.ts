import type { ArmReply } from "./contract";
import type { Scenario } from "./scenario";
import { error } from "./arm-replies";

class Bucket {
  readonly #size: number;
  readonly #perSecond: number;
  #tokens: number;
  #at: number;
  #blockedUntil = -Infinity;

  constructor({ size, perSecond }: { size: number; perSecond: number }, now: number) {
    this.#size = size;
    this.#perSecond = perSecond;
    this.#tokens = size;
    this.#at = now;
  }

  get remaining(): number {
    return Math.max(0, Math.floor(this.#tokens));
  }

  /** Takes a token; without one, the ms to wait. Asking before that time begins the wait anew (documented). */
  take(now: number, enforced: boolean): number {
    this.#tokens = Math.min(
      this.#size,
      this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.#perSecond,
    );
    this.#at = now;
    if (enforced && (this.#tokens < 1 || now < this.#blockedUntil)) {
      const wait = Math.ceil(Math.max(1 - this.#tokens, 1) / this.#perSecond) * 1000;
      this.#blockedUntil = now + wait;
      return wait;
    }
    this.#tokens = Math.max(0, this.#tokens - 1);
    return 0;
  }
}

/** Counts calls as Resource Manager does: a token bucket for reads and one for writes. */
export class Throttle {
  readonly #enforced: boolean;
  readonly #reads: Bucket;
  readonly #writes: Bucket;

  constructor({ enforced, reads, writes }: Scenario["throttling"], now: number) {
    this.#enforced = enforced;
    this.#reads = new Bucket(reads, now);
    this.#writes = new Bucket(writes, now);
  }

  /** The refusal of a call that finds its bucket empty. */
  refuse(method: string, now: number): ArmReply | undefined {
    const wait = (method === "GET" ? this.#reads : this.#writes).take(now, this.#enforced);
    if (wait === 0) return undefined;
    return error(429, "TooManyRequests", "The number of requests has exceeded the limit. Try again later.", {
      "retry-after": String(wait / 1000),
    });
  }

  headers(method: string): Record<string, string> {
    return method === "GET"
      ? { "x-ms-ratelimit-remaining-subscription-reads": String(this.#reads.remaining) }
      : { "x-ms-ratelimit-remaining-subscription-writes": String(this.#writes.remaining) };
  }
}
