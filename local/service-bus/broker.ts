import { randomUUID } from "node:crypto";
import { applicationProperties, encodeProperties, parseMessage, type ParsedMessage } from "./codec";
import type { Journal } from "./journal";
import { BrokerError, notFound, notScheduled, type IncomingMessage } from "./message";
import type { BrokerClock } from "./message-timers";
import { QueueEntity } from "./queue-entity";
import type { CorrelationFilter, Topology } from "./topology";

interface Topic {
  readonly duplicates: QueueEntity;
  readonly subscriptions: readonly {
    readonly entity: QueueEntity;
    readonly filters: readonly CorrelationFilter[];
  }[];
  sent: number;
}

/** Queues, topics and subscriptions by path, ignoring case. Semantics only: no network. */
export class Broker {
  readonly #entities = new Map<string, QueueEntity>();
  readonly #topics = new Map<string, Topic>();
  readonly #journal: Journal;

  constructor(topology: Topology, journal: Journal, clock: BrokerClock) {
    this.#journal = journal;
    const add = (path: string, options: ConstructorParameters<typeof QueueEntity>[1]) => {
      const entity = new QueueEntity(path.toLowerCase(), options, journal, clock);
      this.#entities.set(entity.path, entity);
      if (entity.deadLetters) this.#entities.set(entity.deadLetters.path, entity.deadLetters);
      return entity;
    };
    for (const [name, options] of topology.queues) add(name, options);
    for (const [name, { duplicateWindowMs, subscriptions }] of topology.topics) {
      const memory = {
        lockDurationMs: 0,
        maxDeliveryCount: 1,
        deadLetterOnExpiration: false,
        duplicateWindowMs,
      };
      this.#topics.set(name.toLowerCase(), {
        duplicates: new QueueEntity(name.toLowerCase(), memory, journal, clock, true),
        sent: 0,
        subscriptions: [...subscriptions].map(([subscription, { options, filters }]) => ({
          entity: add(`${name}/subscriptions/${subscription}`, options),
          filters,
        })),
      });
    }
  }

  async load(): Promise<void> {
    for (const entity of this.#entities.values()) if (entity.deadLetters) await entity.load();
    for (const [name, topic] of this.#topics) {
      await topic.duplicates.load();
      topic.sent = await this.#journal.counter(`${name}/sent`);
    }
  }

  entity(path: string): QueueEntity | undefined {
    return this.#entities.get(path.toLowerCase());
  }

  hasTopic(path: string): boolean {
    return this.#topics.has(path.toLowerCase());
  }

  canSend(path: string): boolean {
    const lower = path.toLowerCase();
    if (this.#topics.has(lower)) return true;
    return (
      this.#entities.has(lower) && !lower.includes("/subscriptions/") && !lower.endsWith("/$deadletterqueue")
    );
  }

  /** Publishes encoded messages together; answers with their sequence numbers. A duplicate is accepted and dropped. */
  publish(path: string, encoded: readonly Buffer[]): number[] {
    const parsed = encoded.map((raw) => parseMessage(raw));
    if (
      parsed.some(({ properties }) => properties["group_id"] !== undefined && properties["group_id"] !== null)
    ) {
      throw new BrokerError("amqp:not-allowed", "This broker has no sessions: send without sessionId.", 400);
    }
    const topic = this.#topics.get(path.toLowerCase());
    if (topic) return parsed.map((message) => this.#fanOut(path, topic, message));
    const entity = this.entity(path);
    if (!entity) throw notFound(path);
    return parsed.map((message) => {
      const incoming = toIncoming(message);
      return entity.isDuplicate(incoming.messageId) ? 0 : entity.enqueue(incoming);
    });
  }

  /** On a topic the number is the topic's own, and every subscription's copy goes. */
  cancelScheduled(path: string, seq: number): void {
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

  #fanOut(path: string, topic: Topic, message: ParsedMessage): number {
    const incoming = toIncoming(message);
    if (topic.duplicates.isDuplicate(incoming.messageId)) return 0;
    const enqueuedSeq = ++topic.sent;
    this.#journal.putCounter(`${path.toLowerCase()}/sent`, enqueuedSeq);
    for (const { entity, filters } of topic.subscriptions) {
      if (filters.length > 0 && !filters.some((filter) => isMatch(filter, message))) continue;
      entity.enqueue({ ...incoming, enqueuedSeq });
    }
    return enqueuedSeq;
  }
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
