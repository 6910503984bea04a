/* eslint-disable @typescript-eslint/restrict-plus-operands, @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument -- rhea's typings do not cover its broker side */
import { encodeDelivery, swapGuid, uuidBytes, wire } from "./codec";
import type { BrokerMessage, Consumer } from "./message";

/** A message as a receiver gets it. */
export function encodeFor(message: BrokerMessage, peeked = false): Buffer {
  const annotations: Record<string, unknown> = {
    ...message.annotations,
    "x-opt-sequence-number": wire.long(message.seq),
    "x-opt-enqueue-sequence-number": wire.long(message.enqueuedSeq ?? message.seq),
    "x-opt-enqueued-time": wire.timestamp(message.enqueuedAt),
  };
  if (message.scheduledAt) annotations["x-opt-scheduled-enqueue-time"] = wire.timestamp(message.scheduledAt);
  if (message.lock && !peeked) annotations["x-opt-locked-until"] = wire.timestamp(message.lock.until);
  if (message.deadLetterSource) annotations["x-opt-deadletter-source"] = message.deadLetterSource;
  const states = { active: 0, deferred: 1, scheduled: 2 };
  if (peeked) annotations["x-opt-message-state"] = wire.int(states[message.state]);
  const { propertiesRaw, appPropsRaw, bodyRaw, ttl, deliveryCount } = message;
  const bare = appPropsRaw ? [propertiesRaw, appPropsRaw, bodyRaw] : [propertiesRaw, bodyRaw];
  // The header has 32 bits; a longer lifetime is left out.
  const header = {
    ttl: ttl !== undefined && ttl <= 0xffffffff ? ttl : undefined,
    delivery_count: deliveryCount,
  };
  return encodeDelivery(header, annotations, bare);
}

/** A receiving link of a client. */
export class LinkConsumer implements Consumer {
  readonly settlesOnSend: boolean;
  readonly #sender: any;

  constructor(sender: any) {
    this.#sender = sender;
    this.settlesOnSend = sender.remote.attach.snd_settle_mode === 1;
    // rhea answers a drain only while credit is left; the SDK waits for an answer even when the last message used it
    // up.
    sender._get_drain = function drained(this: any): boolean {
      if (!this._draining || !this._drained) return false;
      this.delivery_count += this.credit;
      this.credit = 0;
      return true;
    };
  }

  /** Link credit minus the transfers that rhea has queued but not sent. */
  available(): number {
    const outgoing = this.#sender.session.outgoing;
    if (!this.#sender.is_open()) return 0;
    const queued = outgoing.next_delivery_id - outgoing.next_pending_delivery;
    return Math.min(this.#sender.credit - queued, outgoing.available());
  }

  deliver(message: BrokerMessage, lockToken?: string): void {
    const tag = lockToken === undefined ? undefined : swapGuid(uuidBytes(lockToken));
    this.#sender.send(encodeFor(message), tag, 0);
  }
}
