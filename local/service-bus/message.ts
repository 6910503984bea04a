/** A message as the broker stores it: the sender's own bytes, and the broker's additions. */
export interface BrokerMessage {
  readonly seq: number;
  /** The topic's sequence number, for a subscription's copy. */
  readonly enqueuedSeq?: number;
  readonly messageId: string;
  state: "active" | "deferred" | "scheduled";
  enqueuedAt: number;
  readonly scheduledAt?: number;
  readonly ttl?: number;
  deliveryCount: number;
  readonly annotations: Readonly<Record<string, string | number | boolean>>;
  readonly propertiesRaw: Buffer;
  appPropsRaw?: Buffer;
  readonly bodyRaw: Buffer;
  readonly deadLetterSource?: string;
  /** Locks are in memory only: after a restart every message is unlocked. */
  lock?: Lock;
}

interface Lock {
  readonly token: string;
  /** The expiry that the holder knows. */
  until: number;
}

/** An incoming message, without what the broker decides. */
export type IncomingMessage = Pick<
  BrokerMessage,
  | "messageId"
  | "scheduledAt"
  | "ttl"
  | "annotations"
  | "propertiesRaw"
  | "appPropsRaw"
  | "bodyRaw"
  | "enqueuedSeq"
  | "deadLetterSource"
>;

export type Disposition = "completed" | "abandoned" | "deferred" | "suspended";

/** A receiver's disposition. */
export interface Settlement {
  readonly reason?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** A receiving link, as the broker uses it. */
export interface Consumer {
  /** How many messages it can take now. */
  available(): number;
  deliver(message: BrokerMessage, lockToken?: string): void;
  /** receiveAndDelete. */
  readonly settlesOnSend: boolean;
}

/**
 * An error with an AMQP condition that clients understand
 * (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-troubleshoot).
 */
export class BrokerError extends Error {
  readonly condition: string;
  readonly status: number;
  constructor(condition: string, message: string, status: number) {
    super(message);
    this.condition = condition;
    this.status = status;
  }
}

/** The broker does not answer: the client cannot know the outcome. */
export class Unanswered extends Error {
  constructor() {
    super("The broker gave no answer.");
  }
}

/** A refusal that clients may retry. */
export function busy(): BrokerError {
  return new BrokerError("com.microsoft:server-busy", "The broker is busy. Try again.", 503);
}

export function lockLost(): BrokerError {
  const text =
    "The lock supplied is invalid. Either the lock expired, or the message has already been removed.";
  return new BrokerError("com.microsoft:message-lock-lost", text, 410);
}

export function notFound(path: string): BrokerError {
  return new BrokerError("amqp:not-found", `The messaging entity '${path}' could not be found.`, 404);
}

export function notScheduled(seq: number): BrokerError {
  return new BrokerError("com.microsoft:message-not-found", `There is no scheduled message ${seq}.`, 404);
}

export function notDeferred(seq: number): BrokerError {
  return new BrokerError("com.microsoft:message-not-found", `There is no deferred message ${seq}.`, 404);
}

/** A message may have a shorter lifetime than its entity allows, never a longer one. */
export function shorterLife(own: number | undefined, limit: number | undefined): number | undefined {
  return own === undefined || limit === undefined ? (own ?? limit) : Math.min(own, limit);
}
