import { randomUUID } from "node:crypto";
import { withApplicationProperties } from "./codec";
import type { Journal } from "./journal";
import { MessageTimers, type BrokerClock } from "./message-timers";
import {
  BrokerError,
  lockLost,
  notScheduled,
  shorterLife,
  type BrokerMessage,
  type Consumer,
  type Disposition,
  type IncomingMessage,
  type Settlement,
} from "./message";

export interface EntityOptions {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly defaultTtlMs?: number | undefined;
  readonly deadLetterOnExpiration: boolean;
  readonly duplicateWindowMs?: number | undefined;
}

/** A queue, a subscription or a dead-letter queue: order, locks, deliveries, schedule, expiry. No network. */
export class QueueEntity {
  readonly path: string;
  readonly options: EntityOptions;
  readonly deadLetters: QueueEntity | undefined;
  readonly #journal: Journal;
  readonly #clock: BrokerClock;
  readonly #messages = new Map<number, BrokerMessage>();
  readonly #locked = new Map<string, BrokerMessage>();
  readonly #consumers: Consumer[] = [];
  readonly #timers: MessageTimers;
  #ready: number[] = [];
  #seen = new Map<string, number>();
  #next = 1;
  #turn = 0;

  constructor(
    path: string,
    options: EntityOptions,
    journal: Journal,
    clock: BrokerClock,
    isDeadLetter = false,
  ) {
    this.path = path;
    this.options = options;
    this.#journal = journal;
    this.#clock = clock;
    this.#timers = new MessageTimers(clock);
    if (isDeadLetter) return;
    const endless = {
      lockDurationMs: options.lockDurationMs,
      maxDeliveryCount: Infinity,
      deadLetterOnExpiration: false,
    };
    this.deadLetters = new QueueEntity(`${path}/$deadletterqueue`, endless, journal, clock, true);
  }

  async load(): Promise<void> {
    this.#next = await this.#journal.counter(this.path);
    this.#seen = new Map([...(await this.#journal.seen(this.path))].sort(([, a], [, b]) => a - b));
    for (const message of await this.#journal.messages(this.path)) {
      this.#next = Math.max(this.#next, message.seq + 1);
      this.#messages.set(message.seq, message);
      this.#place(message);
    }
    await this.deadLetters?.load();
  }

  /** Whether a message id was seen within the window; remembers it otherwise. */
  isDuplicate(id: string): boolean {
    const window = this.options.duplicateWindowMs;
    if (window === undefined) return false;
    const now = this.#clock.now();
    for (const [seen, until] of this.#seen) {
      // Remembered in the order in which they are forgotten.
      if (until > now) break;
      this.#seen.delete(seen);
      this.#journal.dropSeen(this.path, seen);
    }
    if (this.#seen.has(id)) return true;
    this.#seen.set(id, now + window);
    this.#journal.putSeen(this.path, id, now + window);
    return false;
  }

  enqueue(incoming: IncomingMessage): number {
    const now = this.#clock.now();
    const scheduled = incoming.scheduledAt !== undefined && incoming.scheduledAt > now;
    const message: BrokerMessage = {
      ...incoming,
      ttl: shorterLife(incoming.ttl, this.options.defaultTtlMs),
      seq: this.#next++,
      state: scheduled ? "scheduled" : "active",
      enqueuedAt: now,
      deliveryCount: 0,
    };
    this.#journal.putCounter(this.path, this.#next);
    this.#messages.set(message.seq, message);
    this.#journal.putMessage(this.path, message);
    this.#place(message);
    return message.seq;
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.push(consumer);
    this.dispatch();
  }

  /** Locks outlive the link: they end when they expire or are settled. */
  removeConsumer(consumer: Consumer): void {
    const at = this.#consumers.indexOf(consumer);
    if (at >= 0) this.#consumers.splice(at, 1);
  }

  /** Hands ready messages to consumers with credit, in turn. */
  dispatch(): void {
    let idle = 0;
    while (this.#ready.length > 0 && idle < this.#consumers.length) {
      const consumer = this.#consumers[this.#turn++ % this.#consumers.length];
      if (!consumer || consumer.available() <= 0) {
        idle++;
        continue;
      }
      idle = 0;
      const message = this.#takeReady();
      if (!message) return;
      this.#give(message, consumer);
    }
  }

  settle(
    token: string,
    disposition: Disposition,
    { reason, description, properties }: Settlement = {},
  ): void {
    const message = this.#locked.get(token);
    if (message?.lock?.token !== token) throw lockLost();
    switch (disposition) {
      case "completed":
        this.#drop(message);
        return;
      case "suspended":
        if (!this.deadLetters) {
          throw new BrokerError(
            "amqp:not-allowed",
            `'${this.path}' is a dead-letter queue: its messages cannot be dead-lettered again.`,
            400,
          );
        }
        this.#deadLetter(message, {
          ...properties,
          DeadLetterReason: reason,
          DeadLetterErrorDescription: description,
        });
        return;
      case "abandoned":
      case "deferred":
        if (properties && Object.keys(properties).length > 0) {
          message.appPropsRaw = withApplicationProperties(message.appPropsRaw, properties);
        }
        if (disposition === "deferred") message.state = "deferred";
        this.#release(message, disposition === "abandoned");
        this.dispatch();
    }
  }

  renew(token: string): number {
    const message = this.#locked.get(token);
    if (!message?.lock) throw lockLost();
    message.lock.until = this.#clock.now() + this.options.lockDurationMs;
    this.#watchLock(message);
    return message.lock.until;
  }

  peek(from: number, count: number): BrokerMessage[] {
    return [...this.#messages.values()]
      .filter((m) => m.seq >= from)
      .sort((a, b) => a.seq - b.seq)
      .slice(0, count);
  }

  /** Locks a deferred message for whoever knows its number. */
  takeDeferred(seq: number): { message: BrokerMessage; token: string } {
    const message = this.#messages.get(seq);
    if (message?.state !== "deferred" || message.lock) {
      throw new BrokerError("com.microsoft:message-not-found", `There is no deferred message ${seq}.`, 404);
    }
    return { message, token: this.#lock(message) };
  }

  /** The scheduled messages that came from one message of the topic. */
  scheduledCopies(enqueuedSeq: number): number[] {
    const all = [...this.#messages.values()];
    return all.filter((m) => m.state === "scheduled" && m.enqueuedSeq === enqueuedSeq).map((m) => m.seq);
  }

  cancelScheduled(seq: number): void {
    const message = this.#messages.get(seq);
    if (message?.state !== "scheduled") throw notScheduled(seq);
    this.#drop(message);
  }

  counts(): { active: number; scheduled: number; deferred: number; deadLetter: number } {
    const count = { active: 0, scheduled: 0, deferred: 0 };
    for (const message of this.#messages.values()) count[message.state]++;
    return { ...count, deadLetter: this.deadLetters?.counts().active ?? 0 };
  }

  close(): void {
    this.#timers.cancelAll();
    this.deadLetters?.close();
  }

  /** Puts a message where its state says it belongs, and starts the timers it needs. */
  #place(message: BrokerMessage): void {
    if (message.state === "scheduled") {
      this.#timers.start(message.seq, "schedule", message.scheduledAt ?? 0, () => {
        if (this.#messages.get(message.seq) !== message || message.state !== "scheduled") return;
        message.state = "active";
        message.enqueuedAt = this.#clock.now();
        this.#journal.putMessage(this.path, message);
        this.#journal.flushSoon();
        this.#place(message);
      });
      return;
    }
    if (message.ttl !== undefined) {
      this.#timers.start(message.seq, "expiry", message.enqueuedAt + message.ttl, () => {
        this.#expire(message);
      });
    }
    if (message.state !== "active") return;
    insertSorted(this.#ready, message.seq);
    this.dispatch();
  }

  #takeReady(): BrokerMessage | undefined {
    for (let seq = this.#ready.shift(); seq !== undefined; seq = this.#ready.shift()) {
      const message = this.#messages.get(seq);
      if (message && !message.lock && message.state === "active") return message;
    }
    return undefined;
  }

  #give(message: BrokerMessage, consumer: Consumer): void {
    if (consumer.settlesOnSend) {
      consumer.deliver(message);
      this.#drop(message);
      this.#journal.flushSoon();
    } else {
      consumer.deliver(message, this.#lock(message));
    }
  }

  #lock(message: BrokerMessage): string {
    const token = randomUUID();
    message.lock = { token, until: this.#clock.now() + this.options.lockDurationMs };
    this.#locked.set(token, message);
    this.#watchLock(message);
    return token;
  }

  #watchLock(message: BrokerMessage): void {
    const { lock } = message;
    if (!lock) return;
    this.#timers.start(message.seq, "lock", lock.until, () => {
      if (message.lock !== lock) return;
      this.#release(message, true);
      this.#journal.flushSoon();
      this.dispatch();
    });
  }

  #release(message: BrokerMessage, counts: boolean): void {
    this.#unlock(message);
    if (counts && ++message.deliveryCount >= this.options.maxDeliveryCount) {
      this.#deadLetter(message, {
        DeadLetterReason: "MaxDeliveryCountExceeded",
        DeadLetterErrorDescription: `Message could not be consumed after ${this.options.maxDeliveryCount} delivery attempts.`,
      });
      return;
    }
    this.#journal.putMessage(this.path, message);
    // A lock holds expiry back; it is made up for once the message is free.
    if (message.ttl !== undefined && message.enqueuedAt + message.ttl <= this.#clock.now()) {
      this.#expire(message);
    } else if (message.state === "active") insertSorted(this.#ready, message.seq);
  }

  #expire(message: BrokerMessage): void {
    if (this.#messages.get(message.seq) !== message || message.lock) return;
    if (!this.options.deadLetterOnExpiration) this.#drop(message);
    else {
      this.#deadLetter(message, {
        DeadLetterReason: "TTLExpiredException",
        DeadLetterErrorDescription: "The message expired and was dead lettered.",
      });
    }
    this.#journal.flushSoon();
  }

  #deadLetter(message: BrokerMessage, properties: Readonly<Record<string, unknown>>): void {
    this.#drop(message);
    const { seq: _seq, lock: _lock, ...rest } = message;
    this.deadLetters?.enqueue({
      ...rest,
      ttl: undefined,
      scheduledAt: undefined,
      deadLetterSource: this.path,
      appPropsRaw: withApplicationProperties(message.appPropsRaw, properties),
    });
  }

  #drop(message: BrokerMessage): void {
    this.#unlock(message);
    this.#timers.cancel(message.seq, "schedule");
    this.#timers.cancel(message.seq, "expiry");
    this.#messages.delete(message.seq);
    this.#journal.dropMessage(this.path, message.seq);
  }

  #unlock(message: BrokerMessage): void {
    if (message.lock) this.#locked.delete(message.lock.token);
    this.#timers.cancel(message.seq, "lock");
    message.lock = undefined;
  }
}

/** New messages come in order; only a released one is inserted further ahead. */
function insertSorted(list: number[], seq: number): void {
  let at = list.length;
  while (at > 0 && (list[at - 1] ?? 0) > seq) at--;
  if (list[at - 1] !== seq) list.splice(at, 0, seq);
}
