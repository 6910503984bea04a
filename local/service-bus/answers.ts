import type { BrokerFaults } from "./faults";
import type { Journal } from "./journal";
import { BrokerError, Unanswered } from "./message";
import type { BrokerClock } from "./message-timers";

/** A refusal in AMQP's terms. */
export interface Refusal {
  readonly condition: string;
  readonly description: string;
  /** For replies of `$management`. */
  readonly status: number;
}

export interface AnswersOptions {
  readonly journal: Journal;
  readonly clock: BrokerClock;
  readonly faults: BrokerFaults;
  readonly log: (level: "warning" | "error", message: string) => void;
}

/** Carries out a client's request and answers once it is durable: later on a slow link, never under some faults. */
export class Answers {
  readonly #options: AnswersOptions;
  #describedOfDisk = false;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  answer<T>(
    path: string,
    direction: () => T,
    then: (result: T) => void,
    refuse: (why: Refusal) => void,
  ): void {
    const refuseLater = (fault: unknown) => {
      this.#describeOfDisk();
      this.#later(path, () => {
        refuse(refusalOf(fault));
      });
    };
    try {
      const result = direction();
      this.#options.journal.whenDurable(() => {
        this.#later(path, () => {
          then(result);
        });
      }, refuseLater);
    } catch (fault) {
      if (!(fault instanceof Unanswered)) refuseLater(fault);
      else this.#options.journal.whenDurable(() => undefined);
    }
  }

  #later(path: string, say: () => void): void {
    const { faults, clock, log } = this.#options;
    const guarded = () => {
      try {
        say();
      } catch (fault) {
        log("warning", `an answer could not be given: ${String(fault)}`);
      }
    };
    const latency = faults.latencyMs?.(path.toLowerCase(), "answer") ?? 0;
    if (latency <= 0) guarded();
    else clock.setTimer(clock.now() + latency, guarded);
  }

  #describeOfDisk(): void {
    const { fault } = this.#options.journal;
    if (!fault || this.#describedOfDisk) return;
    this.#describedOfDisk = true;
    this.#options.log("error", fault.message);
  }
}

export function refusalOf(fault: unknown): Refusal {
  if (fault instanceof BrokerError) {
    return { condition: fault.condition, description: fault.message, status: fault.status };
  }
  const description = fault instanceof Error ? fault.message : String(fault);
  return { condition: "amqp:internal-error", description, status: 500 };
}
