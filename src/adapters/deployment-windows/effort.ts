import { CalendarError } from "./calendar-error";

/** A step takes about a microsecond: a day that a rule checks, or an occurrence that it finds. */
const MOST_STEPS = 120_000;
const MOST_MS = 250;
/** How many steps pass between two reads of the clock. */
const STEPS_PER_CHECK = 1_000;

/** The processor time used by this process, in milliseconds. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Limits the cost of one calendar over its lifetime: in steps on any machine, in processor time on a slow one. */
export class Effort {
  readonly #processorMs: () => number;
  #steps = 0;
  #usedMs = 0;
  #since: number | undefined;
  #checkAt = STEPS_PER_CHECK;

  constructor(processorMs: () => number = processorTime) {
    this.#processorMs = processorMs;
  }

  /** Runs `work` and counts its time. */
  during<T>(work: () => T): T {
    if (this.#since !== undefined) return work();
    this.#since = this.#processorMs();
    try {
      return work();
    } finally {
      this.#usedMs += this.#processorMs() - this.#since;
      this.#since = undefined;
    }
  }

  /** Throws `CalendarError` above the limit. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw new CalendarError("with it, the calendar has too many recurrences");
    if (this.#steps < this.#checkAt || this.#since === undefined) return;
    this.#checkAt = this.#steps + STEPS_PER_CHECK;
    if (this.#usedMs + this.#processorMs() - this.#since > MOST_MS)
      throw new CalendarError(`with it, the calendar takes more than ${MOST_MS} ms to expand`);
  }
}
