import { randomUUID } from "node:crypto";
import { applicationProperties, encodeProperties, parseMessage, type ParsedMessage } from "./codec";
import { DuplicateHistory } from "./duplicate-history";
import type { BrokerFaults } from "./faults";
import { memoryJournal, type Journal, type StoredState } from "./journal";
import { BrokerError, busy, notFound, notScheduled, Unanswered, type IncomingMessage } from "./message";
import type { BrokerClock } from "./message-timers";
import { QueueEntity, type EntityOptions } from "./queue-entity";
import type { CorrelationFilter, Topology } from "./topology";

/** Azure's default limit of the premium tier; an attach reports it to the sender. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

interface BrokerOptions {
  readonly topology: Topology;
  readonly clock: BrokerClock;
  /** Default: memory only. */
  readonly journal?: Journal;
  readonly faults?: BrokerFaults;
}

interface Queue {
  readonly entity: QueueEntity;
  readonly duplicates: DuplicateHistory;
}

interface Topic {
  readonly duplicates: DuplicateHistory;
  readonly subscriptions: readonly {
    readonly entity: QueueEntity;
    readonly filters: readonly CorrelationFilter[];
  }[];
  sent: number;
}

/** A message with its targets, found before anything is stored. */
interface Prepared {
  readonly incoming: IncomingMessage;
  readonly into: readonly QueueEntity[];
}

/**
 * Queues, topics and subscriptions by path, ignoring case. No network. With the journal in memory everything happens
 * synchronously on the given clock, without promises.
 */
export class Broker {
  readonly #entities = new Map<string, QueueEntity>();
  readonly #queues = new Map<string, Queue>();
  readonly #topics = new Map<string, Topic>();
  readonly #journal: Journal;
  readonly #clock: BrokerClock;
  readonly #faults: BrokerFaults;

  constructor({ topology, clock, journal = memoryJournal, faults = {} }: BrokerOptions) {
    this.#journal = journal;
    this.#clock = clock;
    this.#faults = faults;
    const add = (path: string, options: EntityOptions) => {
      const entity = new QueueEntity(path.toLowerCase(), options, { journal, clock, faults });
      this.#entities.set(entity.path, entity);
      if (entity.deadLetters) this.#entities.set(entity.deadLetters.path, entity.deadLetters);
      return entity;
    };
    for (const [name, options] of topology.queues) {
      const duplicates = new DuplicateHistory(name.toLowerCase(), options.duplicateWindowMs, journal);
      this.#queues.set(name.toLowerCase(), { entity: add(name, options), duplicates });
    }
    for (const [name, { duplicateWindowMs, subscriptions }] of topology.topics) {
      this.#topics.set(name.toLowerCase(), {
        duplicates: new DuplicateHistory(name.toLowerCase(), duplicateWindowMs, journal),
        sent: 0,
        subscriptions: [...subscriptions].map(([subscription, { options, filters }]) => ({
          entity: add(`${name}/subscriptions/${subscription}`, options),
          filters,
        })),
      });
    }
  }

  /** Starts with the content of a journal; returns the paths that have messages but are not in the topology. */
  load(stored: StoredState): readonly string[] {
    for (const entity of this.#entities.values()) if (entity.deadLetters) entity.load(stored);
    for (const [name, { duplicates }] of [...this.#queues, ...this.#topics]) {
      duplicates.load(stored.seen.get(name) ?? new Map());
    }
    for (const [name, topic] of this.#topics) topic.sent = stored.counters.get(`${name}/sent`) ?? 0;
    return [...stored.messages.keys()].filter((path) => !this.#entities.has(path));
  }

  entity(path: string): QueueEntity | undefined {
    return this.#entities.get(path.toLowerCase());
  }

  hasTopic(path: string): boolean {
    return this.#topics.has(path.toLowerCase());
  }

  canSend(path: string): boolean {
    const lower = path.toLowerCase();
    return this.#topics.has(lower) || this.#queues.has(lower);
  }

  /**
   * Publishes encoded messages together, all or none, and returns their sequence numbers. A duplicate is accepted and
   * dropped, with the number of the first one. Throws `Unanswered` when a fault withholds the answer.
   */
  publish(path: string, encoded: readonly Buffer[]): number[] {
    if (this.#journal.fault) throw this.#journal.fault;
    const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
    if (bytes > MAX_MESSAGE_BYTES) throw tooLarge(bytes);
    const prepared = encoded.map((raw) => this.#prepare(path, parseMessage(raw)));
    const fault = this.#faults.send?.(
      path.toLowerCase(),
      prepared.map(({ incoming }) => incoming.messageId),
    );
    if (fault === "refused") throw busy();
    if (fault === "vanished") throw new Unanswered();
    const numbers = prepared.map((message) => this.#store(path.toLowerCase(), message));
    if (fault === "unanswered") throw new Unanswered();
    return numbers;
  }

  /** On a topic the number is the topic's own; every subscription's copy is cancelled. */
  cancelScheduled(path: string, seq: number): void {
    if (this.#journal.fault) throw this.#journal.fault;
    const topic = this.#topics.get(path.toLowerCase());
    if (!topic) {
      const entity = this.entity(path);
      if (!entity) throw notFound(path);
      entity.cancelScheduled(seq);
      return;
    }
    const copies = topic.subscriptions.flatMap(({ entity }) =>
      entity.scheduledCopies(seq).map((copy) => ({ entity, copy })),
    );
    if (copies.length === 0) throw notScheduled(seq);
    for (const { entity, copy } of copies) entity.cancelScheduled(copy);
  }

  close(): void {
    for (const entity of this.#entities.values()) entity.close();
  }

  #prepare(path: string, message: ParsedMessage): Prepared {
    const session = message.properties["group_id"] as unknown;
    if (session !== undefined && session !== null) {
      throw new BrokerError("amqp:not-allowed", "This broker has no sessions: send without sessionId.", 400);
    }
    const incoming = toIncoming(message);
    const topic = this.#topics.get(path.toLowerCase());
    if (topic) {
      const wanting = topic.subscriptions.filter(
        ({ filters }) => filters.length === 0 || filters.some((filter) => isMatch(filter, message)),
      );
      return { incoming, into: wanting.map(({ entity }) => entity) };
    }
    const queue = this.#queues.get(path.toLowerCase());
    if (!queue) throw notFound(path);
    return { incoming, into: [queue.entity] };
  }

  #store(path: string, { incoming, into }: Prepared): number {
    const now = this.#clock.now();
    const topic = this.#topics.get(path);
    const duplicates = (topic ?? this.#queues.get(path))?.duplicates;
    const first = duplicates?.find(incoming.messageId, now);
    if (first !== undefined) return first;
    let number: number | undefined;
    if (topic) {
      number = ++topic.sent;
      this.#journal.putCounter(`${path}/sent`, number);
    }
    const enqueuedSeq = number;
    for (const entity of into) {
      const seq = entity.enqueue(enqueuedSeq === undefined ? incoming : { ...incoming, enqueuedSeq });
      number ??= seq;
    }
    duplicates?.remember(incoming.messageId, number ?? 0, now);
    return number ?? 0;
  }
}

function tooLarge(bytes: number): BrokerError {
  const text = `The message or batch has ${bytes} bytes; at most ${MAX_MESSAGE_BYTES} are accepted.`;
  return new BrokerError("amqp:link:message-size-exceeded", text, 400);
}

function toIncoming(message: ParsedMessage): IncomingMessage {
  const given = message.properties["message_id"] as { toString(): string } | null | undefined;
  const id = given === undefined || given === null ? randomUUID().replace(/-/g, "") : String(given);
  const due: unknown = message.annotations["x-opt-scheduled-enqueue-time"];
  const simple = Object.entries(message.annotations).filter(
    (entry): entry is [string, string | number | boolean] =>
      ["string", "number", "boolean"].includes(typeof entry[1]) &&
      entry[0] !== "x-opt-scheduled-enqueue-time",
  );
  return {
    messageId: id,
    scheduledAt: due === undefined ? undefined : Number(due),
    ttl: message.ttl,
    annotations: Object.fromEntries(simple),
    propertiesRaw:
      message.propertiesRaw && given !== undefined && given !== null
        ? message.propertiesRaw
        : encodeProperties({ ...message.properties, message_id: id }),
    appPropsRaw: message.appPropsRaw,
    bodyRaw: message.bodyRaw,
  };
}

function isMatch(filter: CorrelationFilter, { properties, appPropsRaw }: ParsedMessage): boolean {
  const own: Record<string, unknown> = {
    correlationId: properties["correlation_id"],
    messageId: properties["message_id"],
    to: properties["to"],
    replyTo: properties["reply_to"],
    subject: properties["subject"],
    label: properties["subject"],
    contentType: properties["content_type"],
  };
  const application = applicationProperties(appPropsRaw);
  return Object.entries(filter).every(([name, wanted]) =>
    name === "applicationProperties"
      ? Object.entries(filter.applicationProperties ?? {}).every(([key, value]) => application[key] === value)
      : own[name] === wanted,
  );
}
