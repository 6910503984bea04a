/** The kinds of waits; one waiting loop serves them all. */
export const waitKinds = [
  ...(["planning", "gate", "window", "queue", "readiness"] as const),
  ...(["settlement", "verification", "soak", "rollback", "announcement"] as const),
] as const;

export type WaitKind = (typeof waitKinds)[number];

/** What a promotion waits for, as people see it. Times in milliseconds since the epoch. */
export interface Waiting {
  readonly kind: WaitKind;
  /** What is waited for, in one sentence, with the particulars (names, counts). */
  readonly detail: string;
  readonly since: number;
  /** When the wait ends at the latest. */
  readonly until: number;
  /** What ends it before that. */
  readonly endsWith: string;
  /** What happens next, or what a person can do. */
  readonly next: string;
  /** Durable instance to wake when something changed. */
  readonly instanceId: string;
}

/** The longest a lost wake-up can cost. */
const LONGEST_SLEEP_MS = 60_000;
/** How late a timer may be sent to its queue without coming early; measured: nearly always less. */
const LAG_MARGIN_MS = 400;

/**
 * How long a durable timer is set for, ms. Azure Storage hides a timer's message for whole seconds
 * (https://learn.microsoft.com/rest/api/storageservices/put-message) and the fraction is cut off, so a timer of less than
 * a second fires at once and others up to a second early. Timers are therefore set for whole seconds and a margin for the
 * time until they are sent. One that came early all the same (`again`) was sent later than that: the next is set for two
 * seconds at least, so that it comes after the time that was left.
 */
export function sleepMs(untilDue: number, again = false): number {
  const whole = Math.ceil(Math.max(untilDue, again ? 2_000 : 1_000) / 1_000) * 1_000;
  return Math.min(whole, LONGEST_SLEEP_MS) + LAG_MARGIN_MS;
}

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
