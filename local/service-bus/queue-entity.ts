import { withApplicationProperties } from "./codec";
import { Consumers } from "./consumers";
import type { BrokerFaults, FaultedMessage } from "./faults";
import type { Journal, StoredState } from "./journal";
import { MessageLocks } from "./message-locks";
import { MessageTimers, type BrokerClock } from "./message-timers";
import {
  BrokerError,
  busy,
  notDeferred,
  notScheduled,
  shorterLife,
  Unanswered,
  type BrokerMessage,
  type Consumer,
  type Disposition,
  type IncomingMessage,
  type Settlement,
} from "./message";
import { ReadyList } from "./ready-list";

export interface EntityOptions {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly defaultTtlMs?: number;
  readonly deadLetterOnExpiration: boolean;
  readonly duplicateWindowMs?: number;
}

/** Objects that the entities of one broker share. */
interface Surroundings {
  readonly journal: Journal;
  readonly clock: BrokerClock;
  readonly faults: BrokerFaults;
}

/** A queue, a subscription or a dead-letter queue: order, locks, deliveries, schedule, expiry. No network. */
export class QueueEntity {
  readonly path: string;
  readonly options: EntityOptions;
  readonly deadLetters: QueueEntity | undefined;
  readonly #journal: Journal;
  readonly #clock: BrokerClock;
  readonly #faults: BrokerFaults;
  readonly #messages = new Map<number, BrokerMessage>();
  readonly #timers: MessageTimers;
  readonly #locks: MessageLocks;
  readonly #consumers: Consumers;
  readonly #ready = new ReadyList();
  #next = 1;

  constructor(path: string, options: EntityOptions, surroundings: Surroundings, isDeadLetter = false) {
    this.path = path;
    this.options = options;
    this.#journal = surroundings.journal;
    this.#clock = surroundings.clock;
    this.#faults = surroundings.faults;
    this.#timers = new MessageTimers(this.#clock);
    this.#locks = new MessageLocks(options.lockDurationMs, this.#clock, this.#timers, (message) => {
      this.#release(message, true);
      this.#journal.whenDurable(nothing);
      this.dispatch();
    });
    this.#consumers = new Consumers(this.#clock, () => this.#faults.latencyMs?.(path, "delivery") ?? 0);
    if (isDeadLetter) return;
    const endless = {
      lockDurationMs: options.lockDurationMs,
      maxDeliveryCount: Infinity,
      deadLetterOnExpiration: false,
    };
    this.deadLetters = new QueueEntity(`${path}/$deadletterqueue`, endless, surroundings, true);
  }

  load(stored: StoredState): void {
    this.#next = stored.counters.get(this.path) ?? 1;
    for (const message of stored.messages.get(this.path) ?? []) {
      this.#next = Math.max(this.#next, message.seq + 1);
      this.#messages.set(message.seq, message);
      this.#place(message);
    }
    this.deadLetters?.load(stored);
  }

  /** Stores a message and returns its number. Receivers see it once it is durable. */
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
    this.#journal.whenDurable(() => {
      if (this.#messages.get(message.seq) === message) this.#place(message);
    });
    return message.seq;
  }

  addConsumer(consumer: Consumer): void {
    this.#consumers.add(consumer);
    this.dispatch();
  }

  /** Locks outlive the link: they end when they expire or are settled. */
  removeConsumer(consumer: Consumer): void {
    this.#consumers.remove(consumer);
  }

  /** Delivers ready messages to consumers with credit, round-robin. */
  dispatch(): void {
    while (this.#ready.length > 0 && !this.#journal.fault) {
      const served = this.#consumers.next();
      const message = served && this.#takeReady();
      if (!message) return;
      const token = served.consumer.settlesOnSend ? undefined : this.#lock(message);
      if (token === undefined) {
        this.#drop(message);
        this.#journal.whenDurable(nothing);
      }
      this.#consumers.deliver(served, message, token);
    }
  }

  /** Locks the next ready message; undefined when there is none. */
  take(): { message: BrokerMessage; token: string } | undefined {
    const message = this.#journal.fault ? undefined : this.#takeReady();
    return message && { message, token: this.#lock(message) };
  }

  /**
   * Settles a lock as its holder requests. Throws when the lock is lost, and `Unanswered` when a fault withholds the
   * answer.
   */
  settle(token: string, disposition: Disposition, settlement: Settlement = {}): void {
    if (this.#journal.fault) throw this.#journal.fault;
    const message = this.#locks.holder(token);
    const fault = this.#faults.settlement?.(this.#faulted(message), disposition);
    switch (fault) {
      case "refused":
        throw busy();
      case "vanished":
        throw new Unanswered();
      case "lost":
        return;
      case "repeated":
        this.#release(message, true);
        this.dispatch();
        return;
      case "unanswered":
      case undefined:
        this.#settle(message, disposition, settlement);
        if (fault === "unanswered") throw new Unanswered();
    }
  }

  renew(token: string): number {
    return this.#locks.renew(token);
  }

  peek(from: number, count: number): BrokerMessage[] {
    return [...this.#messages.values()]
      .filter((m) => m.seq >= from)
      .sort((a, b) => a.seq - b.seq)
      .slice(0, count);
  }

  /** Locks a deferred message by its number. */
  takeDeferred(seq: number): { message: BrokerMessage; token: string } {
    const message = this.#messages.get(seq);
    if (message?.state !== "deferred" || message.lock) throw notDeferred(seq);
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

  #settle(
    message: BrokerMessage,
    disposition: Disposition,
    { reason, description, properties }: Settlement,
  ): void {
    switch (disposition) {
      case "completed":
        this.#drop(message);
        return;
      case "suspended":
        if (!this.deadLetters) throw alreadyDead(this.path);
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

  /** Moves a message to the place of its state, and starts its timers. */
  #place(message: BrokerMessage): void {
    if (message.state === "scheduled") {
      this.#timers.start(message.seq, "schedule", message.scheduledAt ?? 0, () => {
        if (this.#messages.get(message.seq) !== message || message.state !== "scheduled") return;
        message.state = "active";
        message.enqueuedAt = this.#clock.now();
        this.#journal.putMessage(this.path, message);
        this.#journal.whenDurable(nothing);
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
    this.#ready.add(message.seq);
    this.dispatch();
  }

  #takeReady(): BrokerMessage | undefined {
    while (this.#ready.length > 0) {
      const seq = this.#ready.take(this.#faults.order?.(this.path, this.#ready.length)) ?? 0;
      const message = this.#messages.get(seq);
      if (message && !message.lock && message.state === "active") return message;
    }
    return undefined;
  }

  #lock(message: BrokerMessage): string {
    return this.#locks.lock(message, this.#faults.lockMs?.(this.#faulted(message)));
  }

  #release(message: BrokerMessage, counts: boolean): void {
    this.#locks.free(message);
    if (counts && ++message.deliveryCount >= this.options.maxDeliveryCount) {
      this.#deadLetter(message, {
        DeadLetterReason: "MaxDeliveryCountExceeded",
        DeadLetterErrorDescription: `Message could not be consumed after ${this.options.maxDeliveryCount} delivery attempts.`,
      });
      return;
    }
    this.#journal.putMessage(this.path, message);
    // A lock delays expiry; the message expires once it is unlocked.
    if (message.ttl !== undefined && message.enqueuedAt + message.ttl <= this.#clock.now()) {
      this.#expire(message);
    } else if (message.state === "active") this.#ready.add(message.seq);
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
    this.#journal.whenDurable(nothing);
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
    this.#locks.free(message);
    this.#timers.cancel(message.seq, "schedule");
    this.#timers.cancel(message.seq, "expiry");
    this.#messages.delete(message.seq);
    this.#journal.dropMessage(this.path, message.seq);
  }

  #faulted({ messageId, seq, deliveryCount }: BrokerMessage): FaultedMessage {
    return { path: this.path, messageId, seq, deliveryCount };
  }
}

/** For changes without a waiting client. */
const nothing = () => undefined;

function alreadyDead(path: string): BrokerError {
  const text = `'${path}' is a dead-letter queue: its messages cannot be dead-lettered again.`;
  return new BrokerError("amqp:not-allowed", text, 400);
}
