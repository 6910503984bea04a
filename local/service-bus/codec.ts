/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-return -- rhea's typings do not cover its broker side */
import rhea from "rhea";

// Wire helpers. The bare message (properties, application properties, body) stays the sender's own bytes, so that
// AMQP
// types survive the broker. Only header and annotations are rewritten.
const types: any = (rhea as any).types;
const codec: any = (rhea as any).message;

export const BATCH_FORMAT = 0x80013700;

export interface ParsedMessage {
  readonly ttl?: number;
  readonly annotations: Record<string, any>;
  readonly properties: Record<string, any>;
  readonly propertiesRaw?: Buffer;
  readonly appPropsRaw?: Buffer;
  readonly bodyRaw: Buffer;
}

interface Section {
  readonly code: number;
  readonly start: number;
  readonly end: number;
}

const Code = { header: 0x70, annotations: 0x72, properties: 0x73, application: 0x74, data: 0x75 } as const;

/** Iterates over the described sections without decoding them. */
function* sections(bytes: Buffer): Generator<Section> {
  for (let at = 0; at < bytes.length;) {
    const start = at;
    const { code, next } = descriptor(bytes, at);
    if (code > Code.data) {
      const reader = new types.Reader(bytes);
      reader.position = next;
      reader.read();
      at = Number(reader.position);
    } else {
      at = afterValue(bytes, next);
    }
    yield { code, start, end: at };
  }
}

function descriptor(bytes: Buffer, at: number): { code: number; next: number } {
  if (bytes[at] === 0 && bytes[at + 1] === 0x53) return { code: bytes[at + 2] ?? 0, next: at + 3 };
  if (bytes[at] === 0 && bytes[at + 1] === 0x80) return { code: bytes[at + 9] ?? 0, next: at + 10 };
  throw new Error("the message is not a row of described AMQP sections");
}

function afterValue(bytes: Buffer, at: number): number {
  switch (bytes[at]) {
    case 0x45:
      return at + 1;
    case 0xc0:
    case 0xc1:
    case 0xa0:
      return at + 2 + (bytes[at + 1] ?? 0);
    case 0xd0:
    case 0xd1:
    case 0xb0:
      return at + 5 + bytes.readUInt32BE(at + 1);
    default:
      throw new Error(`the message has an unexpected AMQP constructor 0x${(bytes[at] ?? 0).toString(16)}`);
  }
}

export function parseMessage(raw: Buffer): ParsedMessage {
  let ttl: number | undefined;
  let annotations: Record<string, any> = {};
  let properties: Record<string, any> = {};
  let propertiesRaw: Buffer | undefined;
  let appPropsRaw: Buffer | undefined;
  for (const { code, start, end } of sections(raw)) {
    const bytes = raw.subarray(start, end);
    if (code === Code.header) ttl = codec.decode(bytes).ttl ?? undefined;
    else if (code === Code.annotations) annotations = codec.decode(bytes).message_annotations ?? {};
    else if (code === Code.properties) {
      propertiesRaw = Buffer.from(bytes);
      properties = codec.decode(bytes);
    } else if (code === Code.application) appPropsRaw = Buffer.from(bytes);
    else if (code >= Code.data) {
      return {
        ttl,
        annotations,
        properties,
        propertiesRaw,
        appPropsRaw,
        bodyRaw: Buffer.from(raw.subarray(start)),
      };
    }
  }
  return { ttl, annotations, properties, propertiesRaw, appPropsRaw, bodyRaw: Buffer.alloc(0) };
}

/** A message as the SDK encodes it with a JSON body, for callers without a socket. */
export function encodeJson(message: {
  readonly body: unknown;
  readonly messageId?: string;
  readonly contentType?: string;
  readonly subject?: string;
  readonly correlationId?: string;
  readonly applicationProperties?: Readonly<Record<string, unknown>>;
  /** When it becomes active, in ms since 1970. */
  readonly scheduledAt?: number;
  readonly ttl?: number;
}): Buffer {
  const { body, scheduledAt } = message;
  const scheduled = scheduledAt !== undefined && {
    message_annotations: { "x-opt-scheduled-enqueue-time": types.wrap_timestamp(scheduledAt) },
  };
  return codec.encode({
    message_id: message.messageId,
    content_type: message.contentType ?? "application/json",
    subject: message.subject,
    correlation_id: message.correlationId,
    application_properties: message.applicationProperties,
    ttl: message.ttl,
    ...scheduled,
    body: codec.data_section(Buffer.from(JSON.stringify(body))),
  });
}

/** The JSON body of a message encoded by `encodeJson` or the SDK. */
export function decodeJson(bodyRaw: Buffer): unknown {
  const content: Buffer = codec.decode(bodyRaw).body.content;
  return JSON.parse(content.toString("utf8"));
}

export function applicationProperties(raw: Buffer | undefined): Record<string, unknown> {
  return raw ? (codec.decode(raw).application_properties ?? {}) : {};
}

/** A batch transfer has one data section per message, each with an encoded message. */
export function unbatch(raw: Buffer): Buffer[] {
  return [...sections(raw)]
    .filter(({ code }) => code === Code.data)
    .map(({ start, end }) => {
      const { next } = descriptor(raw, start);
      return raw.subarray(next + (raw[next] === 0xa0 ? 2 : 5), end);
    });
}

export function encodeProperties(properties: Record<string, unknown>): Buffer {
  const writer = new types.Writer();
  writer.write(codec.properties(properties).described());
  return Buffer.from(writer.toBuffer());
}

/** Adds application properties and keeps the sender's typed entries unchanged. */
export function withApplicationProperties(raw: Buffer | undefined, add: Record<string, unknown>): Buffer {
  const items: any[] = raw ? [...new types.Reader(raw).read().value] : [];
  for (const [name, value] of Object.entries(add)) {
    if (value === undefined || value === null) continue;
    for (let i = 0; i < items.length; i += 2) {
      if (items[i].value === name) items.splice(i, 2);
    }
    items.push(types.wrap_string(name), types.wrap(value));
  }
  const writer = new types.Writer();
  writer.write(types.described_nc(types.wrap_ulong(Code.application), new types.Map32(items)));
  return Buffer.from(writer.toBuffer());
}

export function encodeDelivery(
  header: { ttl?: number; delivery_count: number },
  annotations: Record<string, unknown>,
  bare: readonly Buffer[],
): Buffer {
  const writer = new types.Writer(Buffer.alloc(256));
  writer.write(codec.header(header).described());
  writer.write(types.described_nc(types.wrap_ulong(Code.annotations), types.wrap_symbolic_map(annotations)));
  return Buffer.concat([writer.toBuffer(), ...bare]);
}

export const wire = {
  timestamp: (ms: number): unknown => types.wrap_timestamp(ms),
  long: (n: number): unknown => types.wrap_long(n),
  int: (n: number): unknown => types.wrap_int(n),
  symbol: (text: string): unknown => types.wrap_symbol(text),
  uuid: (bytes: Buffer): unknown => types.wrap_uuid(bytes),
  array: (items: unknown[], code: number): unknown => types.wrap_array(items, code, undefined),
};

/** Converts RFC byte order to the .NET GUID order that Service Bus uses for delivery tags, and back. */
export function swapGuid(b: Buffer): Buffer {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Buffer.from(order.map((i) => b[i] ?? 0));
}

export function uuidBytes(text: string): Buffer {
  return Buffer.from(text.replace(/-/g, ""), "hex");
}

export function uuidText(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function toNumber(value: unknown): number {
  return Buffer.isBuffer(value) ? Number(value.readBigInt64BE(0)) : Number(value);
}
