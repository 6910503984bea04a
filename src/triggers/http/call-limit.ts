/** How many calls one caller may make: a burst at once, then one every interval. */
export interface CallLimit {
  readonly burst: number;
  readonly everyMs: number;
  /** How many callers are remembered; the least recently seen is dropped and starts anew. */
  readonly callers: number;
}

/** One token bucket per caller, in the memory of this process. */
export interface CallLimiter {
  /** Takes one call at monotonic time `now`: 0 when it may be made, or how many milliseconds to wait until the next may. */
  take(caller: string, now: number): number;
  readonly remembered: number;
}

/** Above what a person or a pipeline needs: 60 at once, then one per second. */
const writes: CallLimit = { burst: 60, everyMs: 1_000, callers: 10_000 };

export function createCallLimiter({ burst, everyMs, callers }: CallLimit = writes): CallLimiter {
  // When each caller's bucket is full again, least recently seen caller first.
  const fullAt = new Map<string, number>();
  return {
    take(caller, now) {
      const filling = Math.max(fullAt.get(caller) ?? now, now);
      const wait = Math.max(0, filling - now - (burst - 1) * everyMs);
      fullAt.delete(caller);
      fullAt.set(caller, wait > 0 ? filling : filling + everyMs);
      const [oldest] = fullAt.keys();
      if (fullAt.size > callers && oldest !== undefined) fullAt.delete(oldest);
      return wait;
    },
    get remembered() {
      return fullAt.size;
    },
  };
}
