export interface BrokerClock {
  now(): number;
  setTimer(at: number, fire: () => void): () => void;
}

type Purpose = "schedule" | "expiry" | "lock";

/** The timers of one entity's messages: one per message and purpose. */
export class MessageTimers {
  readonly #clock: BrokerClock;
  readonly #running = new Map<string, () => void>();

  constructor(clock: BrokerClock) {
    this.#clock = clock;
  }

  /** Replaces the message's timer of this purpose. A timer that fires early (truncated or coarse) waits again. */
  start(seq: number, purpose: Purpose, when: number, fire: () => void): void {
    this.cancel(seq, purpose);
    const key = `${purpose}/${seq}`;
    const cancel = this.#clock.setTimer(when, () => {
      this.#running.delete(key);
      if (this.#clock.now() < when) this.start(seq, purpose, when, fire);
      else fire();
    });
    this.#running.set(key, cancel);
  }

  cancel(seq: number, purpose: Purpose): void {
    const key = `${purpose}/${seq}`;
    this.#running.get(key)?.();
    this.#running.delete(key);
  }

  cancelAll(): void {
    for (const cancel of this.#running.values()) cancel();
    this.#running.clear();
  }
}
