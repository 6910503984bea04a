import type { Disposition } from "./message";

/** What becomes of a send. `unanswered`: stored, and the sender is told nothing. `vanished`: neither. */
type SendFault = "refused" | "unanswered" | "vanished";

/**
 * What becomes of a settlement. `refused`: the receiver is told so and keeps its lock. `lost`: it is told "accepted", and the
 * message comes back after its lock. `repeated`: it is told "accepted", and the message comes again at once. `unanswered`:
 * done, and nothing told. `vanished`: nothing done, nothing told; the message comes back after its lock.
 */
type SettlementFault = "refused" | "lost" | "repeated" | "unanswered" | "vanished";

/** The message a fault is decided about. */
export interface FaultedMessage {
  readonly path: string;
  readonly messageId: string;
  readonly seq: number;
  readonly deliveryCount: number;
}

/**
 * How the broker misbehaves. Everything is off until set, is asked each time, and may be set and taken away while the broker
 * runs. The same faults serve the broker on the wire and within a simulation, but for the latency of answers, which only a wire has.
 */
export interface BrokerFaults {
  send?: (path: string, messageIds: readonly string[]) => SendFault | undefined;
  settlement?: (message: FaultedMessage, disposition: Disposition) => SettlementFault | undefined;
  /** How long a lock really holds, in ms; its holder is told the entity's own duration. */
  lockMs?: (message: FaultedMessage) => number | undefined;
  /** Which of the messages that are ready goes next; 0 is the oldest. */
  order?: (path: string, ready: number) => number;
  /** How much later a delivery, or an answer to a send or a settlement, goes out, in ms. */
  latencyMs?: (path: string, what: "delivery" | "answer") => number;
}

/** How often each fault strikes, from 0 to 1, and how hard. */
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

/** One fault at most, each as often as its rate says. */
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
