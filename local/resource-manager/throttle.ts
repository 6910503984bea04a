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

  /** Takes a token, or returns the ms to wait. A call before that time restarts the wait (documented). */
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

/** The buckets of one kind of call: this region's, and that of all regions. */
interface Buckets {
  readonly regional: Bucket;
  readonly global: Bucket;
}

/** Counts calls as Resource Manager does: token buckets for reads and for writes. */
export class Throttle {
  readonly #enforced: boolean;
  readonly #names: Scenario["throttling"]["names"];
  readonly #reads: Buckets;
  readonly #writes: Buckets;

  constructor(throttling: Scenario["throttling"], now: number) {
    const { enforced, names, reads, writes, globalReads, globalWrites } = throttling;
    this.#enforced = enforced;
    this.#names = names;
    this.#reads = { regional: new Bucket(reads, now), global: new Bucket(globalReads, now) };
    this.#writes = { regional: new Bucket(writes, now), global: new Bucket(globalWrites, now) };
  }

  /** Refuses a call when a bucket is empty. */
  refuse(method: string, now: number): ArmReply | undefined {
    const { regional, global } = this.#of(method);
    const wait = Math.max(regional.take(now, this.#enforced), global.take(now, this.#enforced));
    if (wait === 0) return undefined;
    return error(429, "TooManyRequests", "The number of requests has exceeded the limit. Try again later.", {
      "retry-after": String(wait / 1000),
    });
  }

  headers(method: string): Record<string, string> {
    const { regional, global } = this.#of(method);
    const kind = method === "GET" ? "reads" : "writes";
    const wanted = this.#names === "recorded" ? (kind === "reads" ? "global" : "both") : this.#names;
    const prefix = "x-ms-ratelimit-remaining-subscription";
    return {
      ...(wanted === "both" || wanted === "regional"
        ? { [`${prefix}-${kind}`]: String(regional.remaining) }
        : {}),
      ...(wanted === "both" || wanted === "global"
        ? { [`${prefix}-global-${kind}`]: String(global.remaining) }
        : {}),
    };
  }

  #of(method: string): Buckets {
    return method === "GET" ? this.#reads : this.#writes;
  }
}
