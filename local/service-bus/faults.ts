import type { Disposition } from "./message";

/** The fate of a send. `unanswered`: stored, but the sender gets no answer. `vanished`: neither. */
type SendFault = "refused" | "unanswered" | "vanished";

/**
 * The fate of a settlement. `refused`: the receiver gets the refusal and keeps its lock. `lost`: accepted, but the
 * message returns after its lock. `repeated`: accepted, but the message returns at once. `unanswered`: done without
 * an answer. `vanished`: neither done nor answered; the message returns after its lock.
 */
type SettlementFault = "refused" | "lost" | "repeated" | "unanswered" | "vanished";

/** The message for which a fault is drawn. */
export interface FaultedMessage {
  readonly path: string;
  readonly messageId: string;
  readonly seq: number;
  readonly deliveryCount: number;
}

/**
 * Faults of the broker. All are off by default, are called each time, and may change while the broker runs. They work
 * on the wire and in a simulation, except latency, which needs a wire.
 */
export interface BrokerFaults {
  send?: (path: string, messageIds: readonly string[]) => SendFault | undefined;
  settlement?: (message: FaultedMessage, disposition: Disposition) => SettlementFault | undefined;
  /** How long a lock really lasts, in ms; its holder gets the entity's own duration. */
  lockMs?: (message: FaultedMessage) => number | undefined;
  /** Which ready message is next; 0 is the oldest. */
  order?: (path: string, ready: number) => number;
  /** The delay of a delivery, or of an answer to a send or a settlement, in ms. */
  latencyMs?: (path: string, what: "delivery" | "answer") => number;
}

/** The rate of each fault, from 0 to 1, and its extent. */
interface FaultRates {
  readonly send?: Partial<Record<SendFault, number>>;
  readonly settlement?: Partial<Record<SettlementFault, number>>;
  /** How often a lock ends early, and after how long. */
  readonly shortLock?: { readonly rate: number; readonly lockMs: number };
  readonly reordered?: number;
  readonly latencyMs?: { readonly min: number; readonly max: number };
}

/** Faults that strike at random; the same random numbers give the same faults. */
export function randomFaults(rates: FaultRates, random: () => number): BrokerFaults {
  const { send = {}, settlement = {}, shortLock, reordered = 0, latencyMs } = rates;
  const strikes = (rate: number) => random() < rate;
  return {
    send: () => drawn(send, random()),
    settlement: () => drawn(settlement, random()),
    lockMs: shortLock && (() => (strikes(shortLock.rate) ? shortLock.lockMs : undefined)),
    order: (_path, ready) => (strikes(reordered) ? Math.floor(random() * ready) : 0),
    latencyMs: latencyMs && (() => latencyMs.min + random() * (latencyMs.max - latencyMs.min)),
  };
}

/** At most one fault, each at its rate. */
function drawn<Fault extends string>(
  rates: Partial<Record<Fault, number>>,
  drawnAt: number,
): Fault | undefined {
  let upTo = 0;
  for (const fault of Object.keys(rates) as Fault[]) {
    upTo += rates[fault] ?? 0;
    if (drawnAt < upTo) return fault;
  }
  return undefined;
}
