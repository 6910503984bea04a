import type { BrokerError, BrokerMessage } from "./message";

/** A message id in duplicate detection: its expiry, and the number of the first message. */
export interface Seen {
  readonly until: number;
  readonly seq: number;
}

/** The storage of the broker. Changes written synchronously become durable together. */
export interface Journal {
  putMessage(path: string, message: BrokerMessage): void;
  dropMessage(path: string, seq: number): void;
  putCounter(path: string, next: number): void;
  putSeen(path: string, id: string, seen: Seen): void;
  dropSeen(path: string, id: string): void;
  /** Calls `then` once everything written so far is durable, or `refuse` when that failed; in order. */
  whenDurable(then: () => void, refuse?: (fault: BrokerError) => void): void;
  /** The reason why nothing can be stored any more; undefined without a fault. */
  readonly fault: BrokerError | undefined;
}

/** The content of a journal when a broker starts. */
export interface StoredState {
  readonly messages: ReadonlyMap<string, readonly BrokerMessage[]>;
  readonly counters: ReadonlyMap<string, number>;
  readonly seen: ReadonlyMap<string, ReadonlyMap<string, Seen>>;
}

const nothing = () => undefined;

/** Stores nothing and answers at once, for a broker whose data ends with its process, or in a simulation. */
export const memoryJournal: Journal = {
  putMessage: nothing,
  dropMessage: nothing,
  putCounter: nothing,
  putSeen: nothing,
  dropSeen: nothing,
  whenDurable: (then) => {
    then();
  },
  fault: undefined,
};
