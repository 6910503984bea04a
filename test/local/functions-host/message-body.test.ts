import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bodyText } from "../../../local/functions-host/message-body";

const folder = join(__dirname, "../../fixtures/queue-message-shapes");
const bytesOf = (name: string) =>
  Buffer.from(readFileSync(join(folder, `${name}.hex`), "utf8").trim(), "hex");
const data = (body: unknown) => bodyText({ bodyType: "data", body });

/** What comes before the text of a string that .NET's DataContractSerializer wrote. */
const HEAD = bytesOf("datacontract-short").subarray(0, 61);
const length = (of: Buffer, bytes: 1 | 2 | 4) => {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(of.length);
  return number.subarray(0, bytes);
};
const END = Buffer.from([0x01]);

test.each([
  ["datacontract-short", "release-1", "release 2.14"],
  ["datacontract-long", "release-6", "größer, schöner, größer"],
  ["datacontract-utf16", "release-7", "本番環境への昇格😀"],
])("%s is the text that its sender wrote", (name, requestId, within) => {
  const request = JSON.parse(data(bytesOf(name))) as { requestId: string; reason: string };
  expect(request).toMatchObject({ requestId, reason: expect.stringContaining(within) as string });
});

test("reads DataContract strings with every length form, in UTF-8 and UTF-16", () => {
  const short = "grün 緑 😀";
  const long = "ü".repeat(70_000);
  const forms: [number, number, 1 | 2 | 4, BufferEncoding, string][] = [
    [0x98, 0x99, 1, "utf8", short],
    [0x9a, 0x9b, 2, "utf8", short.repeat(100)],
    [0x9c, 0x9d, 4, "utf8", long],
    [0xb6, 0xb7, 1, "utf16le", short],
    [0xb8, 0xb9, 2, "utf16le", short.repeat(100)],
    [0xba, 0xbb, 4, "utf16le", long],
  ];
  for (const [apart, withEnd, width, encoding, text] of forms) {
    const bytes = Buffer.from(text, encoding);
    const record = (type: number) => Buffer.concat([HEAD, Buffer.from([type]), length(bytes, width), bytes]);
    expect(data(Buffer.concat([record(apart), END]))).toBe(text);
    expect(data(record(withEnd))).toBe(text);
  }
});

test("joins text in several records, and reads the one-byte forms of 0 and 1", () => {
  const record = (type: number, text: string) => Buffer.from([type, text.length, ...Buffer.from(text)]);
  expect(data(Buffer.concat([HEAD, record(0x98, "one, "), record(0x99, "two")]))).toBe("one, two");
  expect(data(Buffer.concat([HEAD, Buffer.from([0x81])]))).toBe("0");
  expect(data(Buffer.concat([HEAD, Buffer.from([0x82]), END]))).toBe("1");
});

test("UTF-8 is taken as it is, its byte order mark included", () => {
  expect(data(Buffer.from("größer 😀"))).toBe("größer 😀");
  expect(data(bytesOf("bom"))).toMatch(/^\ufeff\{"requestId"/);
  expect([data(Buffer.alloc(0)), bodyText({ bodyType: "value", body: undefined })]).toEqual(["", ""]);
  expect(data([Buffer.from("in two "), Buffer.from("sections")])).toBe("in two sections");
});

test("bytes that are neither UTF-8 nor a DataContract string arrive damaged", () => {
  const good = bytesOf("datacontract-short");
  const broken = Array.from({ length: good.length - 62 }, (_, i) => good.subarray(0, 62 + i));
  for (const bytes of [...broken, Buffer.from([0xff, 0xfe, 0x41]), Buffer.concat([good, END])]) {
    expect(data(bytes)).toBe(bytes.toString("utf8"));
    expect(data(bytes)).toContain("\ufffd");
  }
});

test("of AMQP values only text is a body; other values and sequences fail as on Azure", () => {
  expect(bodyText({ bodyType: "value", body: '{"a":1}' })).toBe('{"a":1}');
  const refused: ["value" | "sequence", unknown][] = [
    ["value", { requestId: "release-5" }],
    ["value", 5],
    ["value", Buffer.from("bytes")],
    ["sequence", [1, 2]],
    ["sequence", ["text"]],
  ];
  for (const [bodyType, body] of refused) {
    expect(() => bodyText({ bodyType, body })).toThrow(`an AMQP ${bodyType} body`);
  }
});
