import {
  Broker,
  type BrokerFaults,
  decodeJson,
  encodeJson,
  parseTopology,
  randomFaults,
} from "../../../local/service-bus";
import topology from "../../../local/world/service-bus.config.json";
import type { CompletionEvent } from "../../../src/domain/promotion/events";
import type { VirtualClock } from "../../support/virtual-clock";
import type { Dice } from "./dice";
import type { SimulatedHost } from "./host";
import type { Timeline } from "./timeline";

const QUEUE = "swap-requests";
const TOPIC = "swap-events";
const PUBLISH_RETRY_MS = 1_000;
const RENEW_MS = 40_000;

/** A receiver of messages: a function host, or a script's worker. */
export interface BusHost {
  gate<T>(work: () => Promise<T>): Promise<T>;
  pass(point: string): Promise<void>;
  bindingOf(trigger: string): string;
  invoke(trigger: string, request: Parameters<SimulatedHost["invoke"]>[1]): Promise<unknown>;
}

interface Surroundings {
  readonly clock: VirtualClock;
  readonly timeline: Timeline;
  hosts(): readonly BusHost[];
  /** The pair whose state has this key; the pair's name when absent. */
  pairKeyed?(key: string): string | undefined;
  /** Draws whether a fault happens now, and counts it. */
  strikes(dice: Dice, probability: number, what: string): boolean;
}

type Queue = NonNullable<ReturnType<Broker["entity"]>>;

/**
 * Service Bus of one world: the embedded broker without sockets, the triggers of the hosts, and the subscribers of
 * the topic.
 */
export class Bus {
  /** Refuses everything while true. */
  down = false;
  #sent = 0;
  readonly #world: Surroundings;
  readonly #broker: Broker;
  readonly #dice: Dice;
  readonly #chances: { readonly publishFails: number; readonly settlementLost: number };
  readonly #sources: readonly { readonly trigger: string; readonly queue: Queue }[];

  constructor(world: Surroundings, dice: Dice, chances: { publishFails: number; settlementLost: number }) {
    this.#world = world;
    this.#dice = dice;
    this.#chances = chances;
    this.#broker = new Broker({
      topology: parseTopology(topology),
      clock: world.clock,
      faults: this.#faults(dice.fork("faults")),
    });
    this.#sources = [
      { trigger: "acceptSwapRequest", queue: this.#entity(QUEUE) },
      { trigger: "announceDeadLetter", queue: this.#entity(`${QUEUE}/$DeadLetterQueue`) },
    ];
    this.#listen(this.#entity(`${TOPIC}/Subscriptions/all`));
    for (const { trigger, queue } of this.#sources) this.#serve(trigger, queue);
  }

  /** The number of unsettled messages. */
  get open(): number {
    return this.#sources.reduce((sum, { queue }) => sum + queue.counts().active, 0);
  }

  /** Sends a request like a pipeline: repeated until it is accepted, so it may arrive twice. */
  send(body: string, messageId = `message-${++this.#sent}`): void {
    const { clock } = this.#world;
    try {
      if (this.down) throw new Error("the broker is down");
      this.#broker.publish(QUEUE, [encodeJson({ body: parsed(body), messageId })]);
    } catch {
      clock.setTimer(clock.now() + PUBLISH_RETRY_MS, () => {
        this.send(body, messageId);
      });
    }
  }

  async publish(host: BusHost, event: string): Promise<void> {
    await host.pass("publish before");
    if (this.down) throw new Error("the broker is down");
    const { id } = JSON.parse(event) as { id: string };
    this.#broker.publish(TOPIC, [encodeJson({ body: event, messageId: id })]);
    await host.pass("publish after");
  }

  close(): void {
    this.#broker.close();
  }

  #faults(dice: Dice): BrokerFaults {
    const world = this.#world;
    const { publishFails, settlementLost } = this.#chances;
    const harm = randomFaults(
      {
        send: { refused: 0.3, unanswered: 0.4, vanished: 0.3 },
        settlement: { lost: 0.4, repeated: 0.3, refused: 0.3 },
        reordered: 0.5,
      },
      () => dice.roll(),
    );
    return {
      send: (path, ids) => {
        const rate = path === TOPIC ? publishFails : 0;
        return world.strikes(dice, rate, "a send to the broker goes wrong")
          ? harm.send?.(path, ids)
          : undefined;
      },
      settlement: (message, disposition) =>
        message.path.startsWith(QUEUE) && world.strikes(dice, settlementLost, "a settlement goes wrong")
          ? harm.settlement?.(message, disposition)
          : undefined,
      ...(settlementLost > 0 ? { order: harm.order } : {}),
    };
  }

  #entity(path: string): Queue {
    const entity = this.#broker.entity(path);
    if (!entity) throw new Error(`the broker has no ${path}`);
    return entity;
  }

  /** Records and completes everything in the topic's subscription. */
  #listen(subscription: Queue): void {
    subscription.addConsumer({
      settlesOnSend: true,
      available: () => 1_000,
      deliver: ({ bodyRaw }) => {
        this.#received(String(decodeJson(bodyRaw)));
      },
    });
  }

  #serve(trigger: string, queue: Queue): void {
    queue.addConsumer({
      settlesOnSend: false,
      available: () => (this.down || this.#world.hosts().length === 0 ? 0 : 16),
      deliver: ({ bodyRaw, messageId, seq, deliveryCount }, token) => {
        const host = this.#dice.pick(this.#world.hosts());
        const body = decodeJson(bodyRaw);
        const metadata = {
          MessageId: { string: messageId },
          SequenceNumber: { json: String(seq) },
          DeliveryCount: { json: String(deliveryCount + 1) },
        };
        const text = typeof body === "string" ? body : JSON.stringify(body);
        const renewal = this.#renew(host, queue, token ?? "");
        host
          .invoke(trigger, {
            inputData: [{ name: host.bindingOf(trigger), data: dataFor(trigger, text) }],
            triggerMetadata: metadata,
          })
          .finally(() => {
            renewal.over = true;
          })
          .then(
            () => this.#settle(host, queue, token ?? "", "completed"),
            () => this.#settle(host, queue, token ?? "", "abandoned"),
          )
          .catch(() => undefined);
      },
    });
    this.#poll(queue);
  }

  /** Renews the lock of a message while its host lives and holds the lock. */
  #renew(host: BusHost, queue: Queue, token: string): { over: boolean } {
    const renewal = { over: false };
    const { clock } = this.#world;
    const again = () => {
      clock.setTimer(clock.now() + RENEW_MS, () => {
        if (renewal.over) return;
        const renewed = host.gate(() => Promise.resolve(queue.renew(token)));
        renewed.then(again, () => undefined);
      });
    };
    again();
    return renewal;
  }

  /** Polls again for a receiver without credit: hosts change. */
  #poll(queue: Queue): void {
    const { clock } = this.#world;
    clock.setTimer(clock.now() + 5_000, () => {
      queue.dispatch();
      this.#poll(queue);
    });
  }

  async #settle(host: BusHost, queue: Queue, token: string, how: "completed" | "abandoned"): Promise<void> {
    await host.pass(`${how} before`);
    if (!this.down) queue.settle(token, how);
    await host.pass(`${how} after`);
  }

  #received(bytes: string): void {
    const event = JSON.parse(bytes) as Pick<CompletionEvent, "id"> & {
      type: string;
      data: {
        requestId?: string | null;
        pair?: string;
        pairKey?: string;
        outcome?: string;
        reason?: { code: string };
      };
    };
    const { requestId, pair, pairKey, outcome, reason } = event.data;
    this.#world.timeline.add({
      kind: "published",
      type: event.type.replace("cloud-service-swap.", ""),
      id: event.id,
      request: requestId ?? undefined,
      pair: (pairKey === undefined ? undefined : this.#world.pairKeyed?.(pairKey)) ?? pair,
      outcome,
      code: reason?.code,
      bytes,
    });
  }
}

/** As the bindings require: requests as bytes, dead letters as text. */
function dataFor(trigger: string, text: string): { bytes: Buffer } | { string: string } {
  return trigger === "acceptSwapRequest" ? { bytes: Buffer.from(text) } : { string: text };
}

/** JSON is sent as JSON, and other bodies as text. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}
