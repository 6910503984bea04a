import { ServiceBusClient } from "@azure/service-bus";
import type { WorldDescription } from "./world";

/** A CloudEvent as received from the topic. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: {
    readonly requestId?: string | null;
    readonly outcome?: string;
    readonly reason?: { readonly code: string; readonly detail: string; readonly remedy: string };
    readonly [field: string]: unknown;
  };
}

/** A Service Bus client: sends requests and receives events. */
export class Bus {
  readonly #client: ServiceBusClient;
  readonly #world: Pick<WorldDescription, "requestQueue">;
  readonly events: ReceivedEvent[];
  #listeners: (() => void)[] = [];

  constructor(
    world: Pick<
      WorldDescription,
      "serviceBusConnectionString" | "requestQueue" | "eventTopic" | "eventSubscription"
    >,
    events: ReceivedEvent[] = [],
  ) {
    this.events = events;
    this.#client = new ServiceBusClient(world.serviceBusConnectionString);
    this.#world = world;
    this.#client.createReceiver(world.eventTopic, world.eventSubscription).subscribe({
      processMessage: (message) => {
        const body: unknown = message.body;
        const event = (Buffer.isBuffer(body) ? JSON.parse(body.toString("utf8")) : body) as ReceivedEvent;
        this.events.push(event);
        for (const listener of this.#listeners) listener();
        return Promise.resolve();
      },
      processError: () => Promise.resolve(),
    });
  }

  async send(body: unknown): Promise<void> {
    const sender = this.#client.createSender(this.#world.requestQueue);
    await sender.sendMessages({ body, contentType: "application/json" });
    await sender.close();
  }

  /** Resolves with the n-th completion event of a request (n from 1) when it arrives. */
  async completion(requestId: string, n: number, timeoutMs: number): Promise<ReceivedEvent> {
    const find = () =>
      this.events.filter(
        (e) => e.type === "cloud-service-swap.promotion.completed" && e.data.requestId === requestId,
      )[n - 1];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no completion event of ${requestId} arrived within ${timeoutMs / 1000} s`));
      }, timeoutMs);
      const check = () => {
        const event = find();
        if (!event) return;
        clearTimeout(timer);
        this.#listeners = this.#listeners.filter((listener) => listener !== check);
        resolve(event);
      };
      this.#listeners.push(check);
      check();
    });
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}
