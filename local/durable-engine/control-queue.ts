import type { EngineClock } from "./contract";
import { Poller } from "./poller";
import type { Message } from "./records";

/** One control queue: messages that can be seen, until its owner's poller finds them. */
export class ControlQueue {
  readonly #clock: EngineClock;
  readonly #longestRestMs: number;
  readonly #found: (messages: readonly Message[]) => void;
  #messages: Message[] = [];
  /** Absent while nobody owns the queue. */
  #poller: Poller | undefined;
  #cancelLook: (() => void) | undefined;

  constructor(clock: EngineClock, longestRestMs: number, found: (messages: readonly Message[]) => void) {
    this.#clock = clock;
    this.#longestRestMs = longestRestMs;
    this.#found = found;
  }

  /** Adds a message; with `wakes` its sender is the owner, who looks at once, else the owner finds it when it looks next. */
  add(message: Message, wakes: boolean): void {
    this.#messages.push(message);
    if (wakes) this.look();
    else this.#lookLater();
  }

  /** The owner looks now, and begins to count its rests anew. */
  look(): void {
    this.#cancel();
    this.#poller?.reset(this.#clock.now());
    if (!this.#poller || this.#messages.length === 0) return;
    this.#found(this.#messages.splice(0));
  }

  /** A new owner polls from now on, or nobody does. */
  own(isOwned: boolean): void {
    this.#poller = isOwned ? new Poller(this.#longestRestMs, this.#clock.now()) : undefined;
    if (isOwned) this.look();
    else this.#cancel();
  }

  clear(): void {
    this.#cancel();
    this.#messages = [];
  }

  #lookLater(): void {
    if (!this.#poller || this.#cancelLook) return;
    const at = this.#poller.nextLook(this.#clock.now());
    this.#cancelLook = this.#clock.setTimer(at, () => {
      this.look();
    });
  }

  #cancel(): void {
    this.#cancelLook?.();
    this.#cancelLook = undefined;
  }
}
