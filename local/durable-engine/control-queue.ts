import type { EngineClock } from "./contract";
import { Poller } from "./poller";
import type { Message } from "./records";

/** One control queue: visible messages that its owner's poller has not found yet. */
export class ControlQueue {
  readonly #clock: EngineClock;
  readonly #longestRestMs: number;
  readonly #found: (messages: readonly Message[]) => void;
  #messages: Message[] = [];
  /** Absent while the queue has no owner. */
  #poller: Poller | undefined;
  #cancelPoll: (() => void) | undefined;

  constructor(clock: EngineClock, longestRestMs: number, found: (messages: readonly Message[]) => void) {
    this.#clock = clock;
    this.#longestRestMs = longestRestMs;
    this.#found = found;
  }

  /**
   * Adds a message. With `wakes` the sender owns the queue and polls at once; otherwise the next poll finds the
   * message.
   */
  add(message: Message, wakes: boolean): void {
    this.#messages.push(message);
    if (wakes) this.poll();
    else this.#pollLater();
  }

  /** Polls now, and resets the polling interval. */
  poll(): void {
    this.#cancel();
    this.#poller?.reset(this.#clock.now());
    if (!this.#poller || this.#messages.length === 0) return;
    this.#found(this.#messages.splice(0));
  }

  /** Starts polling for a new owner, or stops. */
  own(isOwned: boolean): void {
    this.#poller = isOwned ? new Poller(this.#longestRestMs, this.#clock.now()) : undefined;
    if (isOwned) this.poll();
    else this.#cancel();
  }

  clear(): void {
    this.#cancel();
    this.#messages = [];
  }

  #pollLater(): void {
    if (!this.#poller || this.#cancelPoll) return;
    const at = this.#poller.nextPoll(this.#clock.now());
    this.#cancelPoll = this.#clock.setTimer(at, () => {
      this.poll();
    });
  }

  #cancel(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = undefined;
  }
}
