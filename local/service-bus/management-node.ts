/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return -- rhea's typings do not cover its broker side */
import type { Broker } from "./broker";
import { toNumber, uuidBytes, uuidText, wire } from "./codec";
import { encodeFor } from "./links";
import { BrokerError, notFound, type Disposition } from "./message";
import type { QueueEntity } from "./queue-entity";

/**
 * A reply of `<entity>/$management`: status and body
 * (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-request-response).
 */
interface ManagementReply {
  readonly status: number;
  readonly body?: unknown;
}

const dispositions: Readonly<Record<string, Disposition>> = {
  completed: "completed",
  abandoned: "abandoned",
  defered: "deferred", // the SDK's spelling
  suspended: "suspended",
};

export function manageEntity(broker: Broker, path: string, operation: string, body: any): ManagementReply {
  const name = operation.replace("com.microsoft:", "");
  if (name === "schedule-message") {
    const numbers = broker.publish(
      path,
      body.messages.map((m: any) => m.message),
    );
    return { status: 200, body: { "sequence-numbers": wire.array(numbers, 0x81) } };
  }
  if (name === "cancel-scheduled-message") {
    for (const seq of body["sequence-numbers"]) broker.cancelScheduled(path, toNumber(seq));
    return { status: 200 };
  }
  const entity = broker.entity(path);
  if (!entity) {
    throw broker.hasTopic(path)
      ? new BrokerError("amqp:not-allowed", `${name} does not apply to a topic`, 400)
      : notFound(path);
  }
  return onEntity(entity, name, body);
}

function onEntity(entity: QueueEntity, name: string, body: any): ManagementReply {
  switch (name) {
    case "renew-lock": {
      const expirations = body["lock-tokens"].map((token: Buffer) => entity.renew(uuidText(token)));
      return { status: 200, body: { expirations: wire.array(expirations, 0x83) } };
    }
    case "peek-message": {
      const found = entity.peek(toNumber(body["from-sequence-number"]), toNumber(body["message-count"]));
      if (found.length === 0) return { status: 204 };
      return {
        status: 200,
        body: { messages: found.map((message) => ({ message: encodeFor(message, true) })) },
      };
    }
    case "receive-by-sequence-number":
      return { status: 200, body: { messages: receiveDeferred(entity, body) } };
    case "update-disposition": {
      const disposition = dispositions[body["disposition-status"]];
      if (!disposition) throw new BrokerError("amqp:not-allowed", "unknown disposition", 400);
      for (const token of body["lock-tokens"]) {
        entity.settle(uuidText(token), disposition, {
          reason: body["deadletter-reason"],
          description: body["deadletter-description"],
          properties: body["properties-to-modify"],
        });
      }
      return { status: 200 };
    }
    default:
      throw notSupported(name);
  }
}

function notSupported(name: string): BrokerError {
  const why = name.includes("rule") ? ": the filters of a subscription stand in the topology" : "";
  return new BrokerError("amqp:not-implemented", `This broker does not support ${name}${why}.`, 501);
}

function receiveDeferred(entity: QueueEntity, body: any): unknown[] {
  const deletes = toNumber(body["receiver-settle-mode"]) === 0;
  return body["sequence-numbers"].map((seq: unknown) => {
    const { message, token } = entity.takeDeferred(toNumber(seq));
    const bytes = encodeFor(message);
    if (deletes) entity.settle(token, "completed");
    return { message: bytes, "lock-token": wire.uuid(uuidBytes(token)) };
  });
}
