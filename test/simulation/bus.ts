import type { CompletionEvent } from "../../src/domain/events";
import type { VirtualClock } from "../support/virtual-clock";
import type { Dice } from "./dice";
import type { SimulatedHost } from "./host";
import type { Timeline } from "./timeline";

const LOCK_MS = 60_000;
const MOST_DELIVERIES = 10;

interface Message {
  readonly id: number;
  readonly body: string;
  deliveries: number;
}

/** What the queue may do wrong: it settles nothing although told to, or hands a message out twice. */
export interface BusMoods {
  losesSettlement(): boolean;
  failsPublishing(): boolean;
}

/** The request queue and the event topic of one world: peek-lock, redelivery, dead letters; at least once, no order. */
export class Bus {
  /** Refuses everything while set. */
  down = false;
  readonly #clock: VirtualClock;
  readonly #timeline: Timeline;
  readonly #dice: Dice;
  readonly #moods: BusMoods;
  readonly #hosts: () => readonly SimulatedHost[];
  readonly #open = new Set<Message>();
  #count = 0;

  constructor(
    world: { clock: VirtualClock; timeline: Timeline; hosts: () => readonly SimulatedHost[] },
    dice: Dice,
    moods: BusMoods,
  ) {
    this.#clock = world.clock;
    this.#timeline = world.timeline;
    this.#hosts = world.hosts;
    this.#dice = dice;
    this.#moods = moods;
  }

  /** Messages that are not settled yet. */
  get open(): number {
    return this.#open.size;
  }

  send(body: string): void {
    const message = { id: ++this.#count, body, deliveries: 0 };
    this.#open.add(message);
    this.#offer(message, "swap-requests", 0);
  }

  async publish(host: SimulatedHost, event: string): Promise<void> {
    await host.pass("publish before");
    if (this.down || this.#moods.failsPublishing()) throw new Error("the broker is down");
    this.#received(event);
    await host.pass("publish after");
    if (this.#moods.failsPublishing()) throw new Error("the acknowledgement was lost");
  }

  #received(bytes: string): void {
    const event = JSON.parse(bytes) as Pick<CompletionEvent, "id"> & {
      type: string;
      data: { requestId?: string | null; pair?: string; outcome?: string; reason?: { code: string } };
    };
    const { requestId, pair, outcome, reason } = event.data;
    this.#timeline.add({
      kind: "published",
      type: event.type.replace("cloud-service-swap.", ""),
      id: event.id,
      request: requestId ?? undefined,
      pair,
      outcome,
      code: reason?.code,
      bytes,
    });
  }

  #offer(message: Message, queue: string, afterMs: number): void {
    this.#clock.setTimer(this.#clock.now() + afterMs, () => {
      this.#deliver(message, queue);
    });
  }

  #deliver(message: Message, queue: string): void {
    if (!this.#open.has(message)) return;
    const hosts = this.#hosts();
    if (hosts.length === 0 || this.down) {
      this.#offer(message, queue, 1_000);
      return;
    }
    const host = this.#dice.pick(hosts);
    message.deliveries++;
    let settled = false;
    // Whatever becomes of the host: the lock ends, and the message is free again.
    const unlock = this.#clock.setTimer(this.#clock.now() + LOCK_MS, () => {
      settled = true;
      this.#again(message, queue);
    });
    const trigger = queue.endsWith("$deadletterqueue") ? "announceDeadLetter" : "acceptSwapRequest";
    this.#invoke(host, trigger, message).then(
      async () => {
        await host.pass("complete before");
        if (settled || this.down || this.#moods.losesSettlement()) return;
        unlock();
        this.#open.delete(message);
        await host.pass("complete after");
      },
      () => {
        if (settled || this.down) return;
        unlock();
        this.#again(message, queue);
      },
    );
  }

  #again(message: Message, queue: string): void {
    if (message.deliveries < MOST_DELIVERIES || queue.endsWith("$deadletterqueue")) {
      this.#offer(message, queue, queue.endsWith("$deadletterqueue") ? 10_000 : 0);
      return;
    }
    this.#timeline.add({ kind: "fault", what: `message ${message.id} is dead-lettered` });
    this.#offer(message, `${queue}/$deadletterqueue`, 0);
  }

  #invoke(host: SimulatedHost, trigger: string, { id, body, deliveries }: Message): Promise<unknown> {
    return host.invoke(trigger, {
      inputData: [{ name: host.bindingOf(trigger), data: { string: body } }],
      triggerMetadata: {
        MessageId: { string: `m${id}` },
        SequenceNumber: { json: String(id) },
        DeliveryCount: { json: String(deliveries) },
        ApplicationProperties: { json: "{}" },
      },
    });
  }
}
