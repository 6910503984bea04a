/** The kinds of waits. One loop serves them all. */
export const waitKinds = [
  "planning",
  "gate",
  "window",
  "queue",
  "readiness",
  "settlement",
  "verification",
  "soak",
  "rollback",
  "announcement",
] as const;

export type WaitKind = (typeof waitKinds)[number];

/** The current wait of a promotion. Times are in milliseconds since the epoch. */
export interface Waiting {
  readonly kind: WaitKind;
  /** One sentence with names and counts. */
  readonly detail: string;
  readonly since: number;
  /** The deadline of the wait. */
  readonly until: number;
  /** What ends it before that. */
  readonly endsWith: string;
  /** What happens next, or what a person can do. */
  readonly next: string;
  /** The durable instance to wake on a change. */
  readonly instanceId: string;
}

/** The longest delay after a lost wake-up. */
const LONGEST_SLEEP_MS = 60_000;
/** The time until a timer message is sent. Measured: nearly always less. */
const LAG_MARGIN_MS = 400;

/**
 * The duration of a durable timer, ms. Azure Storage truncates it to whole seconds, so that timers fire up to a second
 * early (https://learn.microsoft.com/rest/api/storageservices/put-message). Hence whole seconds plus a margin; after an
 * early timer (`again`), at least two seconds.
 */
export function sleepMs(untilDue: number, again = false): number {
  const whole = Math.ceil(Math.max(untilDue, again ? 2_000 : 1_000) / 1_000) * 1_000;
  return Math.min(whole, LONGEST_SLEEP_MS) + LAG_MARGIN_MS;
}

export function runInstance(requestId: string): string {
  return `promotion-${requestId}`;
}

/** The id of a wait, numbered per run so that retention finds all of them. Unique, since numbers have no hyphens. */
export function waitInstance(requestId: string, run: number | string, wait: number | string): string {
  return `wait-${requestId}-${run}-${wait}`;
}
