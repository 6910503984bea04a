import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusReceiver,
} from "@azure/service-bus";
import type { HostClock, HostLog } from "./contract";
import type { CoreApp } from "./loaded-app";
import { invokeWithRetries } from "./retries";
import { bodyData, triggerMetadata } from "./service-bus-message";

export interface ServiceBusSettings {
  readonly maxConcurrentCalls: number;
  readonly autoCompleteMessages: boolean;
  readonly maxAutoLockRenewalMs: number;
}

interface ServiceBusTriggerOptions {
  readonly function: string;
  readonly binding: string;
  readonly connectionString: string;
  readonly queueName?: string;
  readonly topicName?: string;
  readonly subscriptionName?: string;
  /** The binding's setting: "binary" passes bytes. */
  readonly dataType?: unknown;
}

/**
 * Drives one Service Bus function with the unmodified SDK: success completes, an error abandons at once. The only
 * poison queue is the broker's
 * (https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger).
 */
export class ServiceBusTrigger {
  readonly #app: CoreApp;
  readonly #options: ServiceBusTriggerOptions;
  readonly #settings: ServiceBusSettings;
  readonly #clock: HostClock;
  readonly #log: (line: HostLog) => void;
  readonly #client: ServiceBusClient;
  readonly #receiver: ServiceBusReceiver;
  readonly #running = new Set<Promise<void>>();
  #settling: Promise<void> = Promise.resolve();
  #subscription: { close(): Promise<void> } | undefined;

  constructor(
    app: CoreApp,
    options: ServiceBusTriggerOptions,
    settings: ServiceBusSettings,
    clock: HostClock,
    log: (line: HostLog) => void,
  ) {
    this.#app = app;
    this.#options = options;
    this.#settings = settings;
    this.#clock = clock;
    this.#log = log;
    this.#client = new ServiceBusClient(options.connectionString);
    const receiverOptions = {
      receiveMode: "peekLock",
      skipParsingBodyAsJson: true,
      maxAutoLockRenewalDurationInMs: settings.maxAutoLockRenewalMs,
    } as const;
    this.#receiver =
      options.topicName === undefined
        ? this.#client.createReceiver(options.queueName ?? "", receiverOptions)
        : this.#client.createReceiver(options.topicName, options.subscriptionName ?? "", receiverOptions);
  }

  start(): void {
    this.#subscription = this.#receiver.subscribe(
      {
        processMessage: (message) => this.#take(message),
        processError: ({ error, errorSource }) => {
          this.#say("warning", `${errorSource}: ${error.message}`);
          return Promise.resolve();
        },
      },
      { maxConcurrentCalls: this.#settings.maxConcurrentCalls, autoCompleteMessages: false },
    );
  }

  /** Takes no more messages and waits for handlers for a limited time; unsettled messages are delivered again. */
  async stop(boundMs: number): Promise<void> {
    const bound = new Promise((resolve) => setTimeout(resolve, boundMs).unref());
    const quiet = async () => {
      await this.#subscription?.close();
      await Promise.all(this.#running);
      await this.#client.close();
    };
    await Promise.race([quiet().catch(() => undefined), bound]);
  }

  #take(message: ServiceBusReceivedMessage): Promise<void> {
    const work = this.#handle(message).finally(() => {
      this.#running.delete(work);
    });
    this.#running.add(work);
    return work;
  }

  async #handle(message: ServiceBusReceivedMessage): Promise<void> {
    try {
      const data = bodyData(message, this.#options.dataType);
      await invokeWithRetries(
        this.#app,
        this.#options.function,
        {
          inputData: [{ name: this.#options.binding, data }],
          triggerMetadata: triggerMetadata(message, this.#client.fullyQualifiedNamespace, data),
        },
        this.#clock,
      );
    } catch (fault) {
      this.#say("error", `failed, the message is abandoned: ${String(fault)}`);
      await this.#settle(() => this.#receiver.abandonMessage(message));
      return;
    }
    if (this.#settings.autoCompleteMessages)
      await this.#settle(() => this.#receiver.completeMessage(message));
  }

  /** Settles one message after another: the SDK's AMQP library reports two simultaneous outcomes as the first one. */
  #settle(settle: () => Promise<unknown>): Promise<void> {
    this.#settling = this.#settling.then(settle).then(
      () => undefined,
      (fault: unknown) => {
        this.#say("warning", `a message could not be settled and will come again: ${String(fault)}`);
      },
    );
    return this.#settling;
  }

  #say(level: string, message: string): void {
    this.#log({ level, category: "Host.ServiceBus", functionName: this.#options.function, message });
  }
}
