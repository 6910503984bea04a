import { CalendarMistake } from "./calendar-mistake";

/** A step is about a microsecond: a day that a rule looks at, an occurrence that it finds. */
const MOST_STEPS = 120_000;
const MOST_MS = 250;
/** How often the clock is looked at. */
const STEPS_PER_CHECK = 1_000;

/** Processor time of this process so far, in milliseconds. */
export function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * What one calendar may cost as long as it is held, in steps and in processor time. The steps bound what any machine
 * does; the time bounds what a slow one does.
 */
export class Effort {
  readonly #processorMs: () => number;
  #steps = 0;
  #usedMs = 0;
  #since: number | undefined;
  #checkAt = STEPS_PER_CHECK;

  constructor(processorMs: () => number = processorTime) {
    this.#processorMs = processorMs;
  }

  /** Time counts while this works. */
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

  /** Throws `CalendarMistake` where it is too much. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS)
      throw new CalendarMistake("with it, the calendar recurs more than can be followed");
    if (this.#steps < this.#checkAt || this.#since === undefined) return;
    this.#checkAt = this.#steps + STEPS_PER_CHECK;
    if (this.#usedMs + this.#processorMs() - this.#since > MOST_MS)
      throw new CalendarMistake(`with it, the calendar takes more than ${MOST_MS} ms to follow`);
  }
}
