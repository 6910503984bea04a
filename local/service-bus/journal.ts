import type { BrokerError, BrokerMessage } from "./message";

/** A message id that duplicate detection remembers: until when, and the number the first message got. */
export interface Seen {
  readonly until: number;
  readonly seq: number;
}

/** What the broker asks of its memory. Changes written in one turn become durable together. */
export interface Journal {
  putMessage(path: string, message: BrokerMessage): void;
  dropMessage(path: string, seq: number): void;
  putCounter(path: string, next: number): void;
  putSeen(path: string, id: string, seen: Seen): void;
  dropSeen(path: string, id: string): void;
  /** Calls `then` once everything written so far is durable, or `refuse` when it could not be made so; in order. */
  whenDurable(then: () => void, refuse?: (fault: BrokerError) => void): void;
  /** Why nothing can be stored any more; undefined while all is well. */
  readonly fault: BrokerError | undefined;
}

/** What a journal holds when a broker starts. */
export interface StoredState {
  readonly messages: ReadonlyMap<string, readonly BrokerMessage[]>;
  readonly counters: ReadonlyMap<string, number>;
  readonly seen: ReadonlyMap<string, ReadonlyMap<string, Seen>>;
}

const nothing = () => undefined;

/** Keeps nothing and answers at once: for a broker that lives only as long as its process, or within a simulation. */
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
