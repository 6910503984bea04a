import type { EngineClock } from "./contract";
import type { EngineFaults } from "./faults";
import type { TimerRecord } from "./records";

/** The timers that are set, by instance. */
export class Timers {
  readonly #clock: EngineClock;
  readonly #faults: EngineFaults;
  readonly #fire: (timer: TimerRecord) => void;
  readonly #armed = new Map<string, Map<TimerRecord, () => void>>();

  constructor(clock: EngineClock, faults: EngineFaults, fire: (timer: TimerRecord) => void) {
    this.#clock = clock;
    this.#faults = faults;
    this.#fire = fire;
  }

  of(instanceId: string): readonly TimerRecord[] {
    return [...(this.#armed.get(instanceId)?.keys() ?? [])];
  }

  /** Fires at its time, or now if that has passed. */
  arm(timer: TimerRecord): void {
    const due = timer.dueAt + (this.#faults.timerOffsetMs?.(timer) ?? 0);
    if (due <= this.#clock.now()) {
      this.#fire(timer);
      return;
    }
    const armed = this.#armed.get(timer.instanceId) ?? new Map<TimerRecord, () => void>();
    this.#armed.set(timer.instanceId, armed);
    const cancel = this.#clock.setTimer(due, () => {
      this.forget(timer);
      this.#fire(timer);
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
