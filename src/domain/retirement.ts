/** Cloud Services (extended support) retires on this day (Azure updates id 486344). */
export const RETIREMENT = "2027-03-31";

/** Whole days until the retirement; negative afterwards. */
export function daysUntilRetirement(now: number): number {
  return Math.ceil((Date.parse(`${RETIREMENT}T00:00:00Z`) - now) / 86_400_000);
}
