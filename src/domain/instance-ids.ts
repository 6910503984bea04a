/** The run of a promotion. */
export function runInstance(requestId: string): string {
  return `promotion-${requestId}`;
}

/**
 * A wait of a promotion: the `wait`th of its `run`th run, so that retention finds every one by counting. No run bears such
 * an id, and no two waits share one: the last two numbers have no hyphens.
 */
export function waitInstance(requestId: string, run: number | string, wait: number | string): string {
  return `wait-${requestId}-${run}-${wait}`;
}
