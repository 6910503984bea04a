import type { EngineClock } from "./contract";
import type { EngineFaults } from "./faults";
import type { TimerRecord } from "./records";

/** The least time of a hop through a queue, in ms, so that loops over immediate timers advance the clock. */
const LEAST_LAG_MS = 10;

/**
 * When a message becomes visible that is meant for `leftMs` from now. Azure Storage hides messages for whole seconds,
 * rounded down after subtracting the sender's lag: a timer of 1 s is visible at once, one of 1.4 s after 1 s.
 */
export function visibilityDelayMs(leftMs: number): number {
  return Math.max(LEAST_LAG_MS, Math.floor((leftMs - LEAST_LAG_MS) / 1000) * 1000);
}

/** The timers that are set, by instance: each is a hidden message on its way to the control queue. */
export class Timers {
  readonly #clock: EngineClock;
  readonly #faults: EngineFaults;
  readonly #fire: (timer: TimerRecord, sender: string | undefined) => void;
  readonly #armed = new Map<string, Map<TimerRecord, () => void>>();

  constructor(
    clock: EngineClock,
    faults: EngineFaults,
    fire: (timer: TimerRecord, sender: string | undefined) => void,
  ) {
    this.#clock = clock;
    this.#faults = faults;
    this.#fire = fire;
  }

  of(instanceId: string): readonly TimerRecord[] {
    return [...(this.#armed.get(instanceId)?.keys() ?? [])];
  }

  /**
   * Fires at its time, or now if that has passed. The poller that its sender woke finds a message that was never
   * hidden.
   */
  arm(timer: TimerRecord, sender?: string): void {
    const now = this.#clock.now();
    const due = timer.dueAt + (this.#faults.timerOffsetMs?.(timer) ?? 0);
    const waker = timer.dueAt - now <= LEAST_LAG_MS ? sender : undefined;
    if (due <= now) {
      this.#fire(timer, waker);
      return;
    }
    const armed = this.#armed.get(timer.instanceId) ?? new Map<TimerRecord, () => void>();
    this.#armed.set(timer.instanceId, armed);
    const cancel = this.#clock.setTimer(due, () => {
      this.forget(timer);
      this.#fire(timer, waker);
    });
    armed.set(timer, cancel);
  }

  forget(timer: TimerRecord): void {
    const armed = this.#armed.get(timer.instanceId);
    armed?.get(timer)?.();
    armed?.delete(timer);
    if (armed?.size === 0) this.#armed.delete(timer.instanceId);
  }

  clear(): void {
    for (const armed of this.#armed.values()) for (const cancel of armed.values()) cancel();
    this.#armed.clear();
  }
}
