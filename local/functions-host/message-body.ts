import { dataContractString, decodeStrictly } from "./data-contract";

/** The unparsed body of a message from the Service Bus SDK, and the kind of its AMQP section. */
interface MessageBody {
  readonly body: unknown;
  readonly bodyType?: "data" | "value" | "sequence";
}

/**
 * The text that the host's extension makes of a body for workers other than .NET: UTF-8, else a DataContract string,
 * else damaged text; of AMQP values only text. Throws for others, so that the message is abandoned and dead-lettered
 * (MessageToStringConverter.cs in azure-sdk-for-net).
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
 * The bytes that the extension makes of a body when the binding's `dataType` is binary: data sections unchanged.
 * Other sections have no bytes, and the invocation fails (MessageToByteArrayConverter.cs in azure-sdk-for-net).
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
