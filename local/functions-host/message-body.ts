import { dataContractString, decodeStrictly } from "./data-contract";

/** The body of a message as the Service Bus SDK hands it over unparsed, and the kind of AMQP section it came in. */
interface MessageBody {
  readonly body: unknown;
  readonly bodyType?: "data" | "value" | "sequence";
}

/**
 * The text that the host's Service Bus extension makes of a body for a worker that is not .NET: bytes are UTF-8, or else a
 * DataContract string, or else arrive damaged; of AMQP values only text will do. Throws for whatever else AMQP can carry: the
 * invocation fails, so that the message is abandoned and ends in the dead-letter queue.
 * https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Microsoft.Azure.WebJobs.Extensions.ServiceBus/src/Triggers/Converters/MessageToStringConverter.cs
 */
export function bodyText({ body, bodyType = "data" }: MessageBody): string {
  if (body === undefined || body === null) return "";
  if (bodyType === "data") return textOfBytes(body);
  if (bodyType === "value" && typeof body === "string") return body;
  throw new Error(
    `an AMQP ${bodyType} body cannot be bound to text: send the message with a data body, or a value that is text`,
  );
}

/**
 * The bytes that the extension makes of a body where the binding's `dataType` is binary: of data sections as they are; any other
 * kind of section has no bytes, and the invocation fails.
 * https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/servicebus/Microsoft.Azure.WebJobs.Extensions.ServiceBus/src/Triggers/Converters/MessageToByteArrayConverter.cs
 */
export function bodyBytes({ body, bodyType = "data" }: MessageBody): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (bodyType === "data") return joined(body);
  throw new Error(`an AMQP ${bodyType} body cannot be bound to bytes: send the message with a data body`);
}

function joined(body: unknown): Buffer {
  return Buffer.concat(Array.isArray(body) ? (body as Uint8Array[]) : [body as Uint8Array]);
}

function textOfBytes(body: unknown): string {
  const bytes = joined(body);
  return decodeStrictly(bytes) ?? dataContractString(bytes) ?? bytes.toString("utf8");
}
