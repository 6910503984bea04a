import type { BrokerMessage, Consumer } from "./message";
import type { BrokerClock } from "./message-timers";

interface Served {
  readonly consumer: Consumer;
  /** Deliveries that a slow link still transfers. */
  onTheWay: number;
}

/** The consumers of one entity, served round-robin; those without credit are skipped. */
export class Consumers {
  readonly #served: Served[] = [];
  readonly #clock: BrokerClock;
  readonly #latencyMs: () => number;
  #next = 0;

  constructor(clock: BrokerClock, latencyMs: () => number) {
    this.#clock = clock;
    this.#latencyMs = latencyMs;
  }

  add(consumer: Consumer): void {
    this.#served.push({ consumer, onTheWay: 0 });
  }

  remove(consumer: Consumer): void {
    const at = this.#served.findIndex((served) => served.consumer === consumer);
    if (at >= 0) this.#served.splice(at, 1);
  }

  /** The next consumer that can take a message. */
  next(): Served | undefined {
    for (let idle = 0; idle < this.#served.length; idle++) {
      const served = this.#served[this.#next++ % this.#served.length];
      if (served && served.consumer.available() > served.onTheWay) return served;
    }
    return undefined;
  }

  deliver(served: Served, message: BrokerMessage, lockToken: string | undefined): void {
    const latency = this.#latencyMs();
    if (latency <= 0) {
      served.consumer.deliver(message, lockToken);
      return;
    }
    served.onTheWay++;
    this.#clock.setTimer(this.#clock.now() + latency, () => {
      served.onTheWay--;
      if (this.#served.includes(served)) served.consumer.deliver(message, lockToken);
    });
  }
}
