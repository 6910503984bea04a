import { resolve } from "node:path";
import { app, trigger, type InvocationContext } from "@azure/functions";
import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import { startFunctionsHost } from "../../local/functions-host";
import { bodyData, triggerMetadata } from "../../local/functions-host/service-bus-message";
import { createVirtualClock } from "./virtual-clock";

export interface MessageApp {
  /** Delivers a message as the host does, through the unmodified `@azure/functions`. */
  deliver(
    message: Pick<ServiceBusReceivedMessage, "messageId" | "body"> & { sequenceNumber?: unknown },
  ): Promise<void>;
  stop(): Promise<void>;
}

/** A function app with one message handler and no broker. */
export async function startMessageApp(
  handler: (body: unknown, context: InvocationContext) => unknown,
): Promise<MessageApp> {
  const host = await startFunctionsHost({
    appDirectory: resolve(__dirname, "../.."),
    settings: {},
    http: { host: "127.0.0.1", port: 0 },
    clock: createVirtualClock(),
    extensions: [
      {
        bindingTypes: ["messageTrigger"],
        inputBinding: () => undefined,
        handleHttp: () => Promise.resolve(undefined),
        start: () => Promise.resolve(),
        stop: () => Promise.resolve(),
      },
    ],
    load: () => {
      app.generic("queue", {
        trigger: trigger.generic({ type: "messageTrigger", name: "message" }),
        handler,
      });
    },
  });
  return {
    async deliver(message) {
      const bodyType = typeof message.body === "string" ? "value" : "data";
      const received = { ...message, _rawAmqpMessage: { bodyType } } as unknown as ServiceBusReceivedMessage;
      await host.app.invoke("queue", {
        inputData: [{ name: "message", data: bodyData(received) }],
        triggerMetadata: triggerMetadata(received),
      });
    },
    stop: () => host.stop(),
  };
}
