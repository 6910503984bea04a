/** How many reads of Resource Manager the readers of one process may spend: a burst, then one every interval. */
export interface ReadShare {
  readonly burst: number;
  readonly everyMs: number;
}

/** One token bucket for all readers of this process. */
export interface ReadBudget {
  /**
   * Takes `cost` reads at monotonic time `now` when at least `keep` remain for others: 0, or the milliseconds to
   * wait.
   */
  take(cost: number, keep: number, now: number): number;
  /** Counts a read that was made without being taken from the budget first. */
  owe(now: number): void;
}

/**
 * 2 of the 25 reads a second that Resource Manager grants a principal per subscription and region, and 60 of its
 * burst of 250 (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
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
