/** How many reads of Resource Manager the readers of one process may spend: a burst, then one every interval. */
export interface ReadShare {
  readonly burst: number;
  readonly everyMs: number;
}

/** One token bucket for all readers of this process. */
export interface ReadBudget {
  /**
   * Takes `cost` reads at monotonic time `now` where `keep` are left for others then: 0, or how many milliseconds to wait
   * until that many are there.
   */
  take(cost: number, keep: number, now: number): number;
  /** Counts a read that has to be made though nothing was taken for it. */
  owe(now: number): void;
}

/**
 * 2 reads a second of the 25 that Resource Manager gives back to a principal in a subscription and region, and 60 of the
 * 250 that it lets pile up
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
 */
const share: ReadShare = { burst: 60, everyMs: 500 };

export function createReadBudget({ burst, everyMs }: ReadShare = share): ReadBudget {
  let fullAt = -Infinity;
  return {
    take(cost, keep, now) {
      const owed = Math.max(fullAt - now, 0) / everyMs;
      const missing = owed + cost + keep - burst;
      if (missing > 0) return Math.ceil(missing * everyMs);
      fullAt = Math.max(fullAt, now) + cost * everyMs;
      return 0;
    },
    owe(now) {
      fullAt = Math.max(fullAt, now) + everyMs;
    },
  };
}
