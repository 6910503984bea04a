import { randomUUID } from "node:crypto";
import { lockLost, type BrokerMessage } from "./message";
import type { BrokerClock, MessageTimers } from "./message-timers";

/** The peek-locks of one entity, in memory only. They end when they expire or are released. */
export class MessageLocks {
  readonly #locked = new Map<string, BrokerMessage>();
  readonly #durationMs: number;
  readonly #clock: BrokerClock;
  readonly #timers: MessageTimers;
  readonly #onEnd: (message: BrokerMessage) => void;

  constructor(
    durationMs: number,
    clock: BrokerClock,
    timers: MessageTimers,
    onEnd: (message: BrokerMessage) => void,
  ) {
    this.#durationMs = durationMs;
    this.#clock = clock;
    this.#timers = timers;
    this.#onEnd = onEnd;
  }

  /** `holdsMs` is the real duration; the holder gets the entity's duration. */
  lock(message: BrokerMessage, holdsMs = this.#durationMs): string {
    const token = randomUUID();
    const now = this.#clock.now();
    message.lock = { token, until: now + this.#durationMs };
    this.#locked.set(token, message);
    this.#endAt(message, now + holdsMs);
    return token;
  }

  holder(token: string): BrokerMessage {
    const message = this.#locked.get(token);
    if (!message) throw lockLost();
    return message;
  }

  renew(token: string): number {
    const message = this.holder(token);
    const until = this.#clock.now() + this.#durationMs;
    message.lock = { token, until };
    this.#endAt(message, until);
    return until;
  }

  free(message: BrokerMessage): void {
    if (!message.lock) return;
    this.#locked.delete(message.lock.token);
    this.#timers.cancel(message.seq, "lock");
    message.lock = undefined;
  }

  #endAt(message: BrokerMessage, at: number): void {
    this.#timers.start(message.seq, "lock", at, () => {
      this.#onEnd(message);
    });
  }
}
