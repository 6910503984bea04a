// A string in the binary XML of .NET's DataContractSerializer, which older senders put into messages: one element
// with one
// attribute, then text records (https://learn.microsoft.com/openspecs/windows_protocols/mc-nbfx).

const HEAD = Buffer.concat([
  Buffer.from([0x40, 6]), // an element with a short name
  Buffer.from("string"),
  Buffer.from([0x08, 51]), // its default namespace
  Buffer.from("http://schemas.microsoft.com/2003/10/Serialization/"),
]);
const END_ELEMENT = 0x01;

type Encoding = "utf-8" | "utf-16le";

/** Text records: the width of their length, and their encoding. With the code plus one, the element ends there. */
const lengthy: Readonly<Record<number, readonly [width: 1 | 2 | 4, encoding: Encoding]>> = {
  0x98: [1, "utf-8"],
  0x9a: [2, "utf-8"],
  0x9c: [4, "utf-8"],
  0xb6: [1, "utf-16le"],
  0xb8: [2, "utf-16le"],
  0xba: [4, "utf-16le"],
};

/** Records for a constant text. */
const fixed: Readonly<Record<number, string>> = { 0x80: "0", 0x82: "1", 0xa8: "" };

/** The text of a DataContract string; undefined for anything else, or an incomplete one. */
export function dataContractString(bytes: Buffer): string | undefined {
  if (!bytes.subarray(0, HEAD.length).equals(HEAD)) return undefined;
  let text = "";
  for (let at = HEAD.length; at < bytes.length;) {
    const code = bytes[at] ?? 0;
    if (code === END_ELEMENT) return at + 1 === bytes.length ? text : undefined;
    const record = readText(bytes, at + 1, code & ~1);
    if (!record) return undefined;
    text += record.text;
    at = record.next;
    const endsElement = (code & 1) === 1;
    if (endsElement) return at === bytes.length ? text : undefined;
  }
  return undefined;
}

function readText(bytes: Buffer, at: number, code: number): { text: string; next: number } | undefined {
  const text = fixed[code];
  if (text !== undefined) return { text, next: at };
  const [width, encoding] = lengthy[code] ?? [];
  if (width === undefined || at + width > bytes.length) return undefined;
  const start = at + width;
  const next = start + bytes.readUIntLE(at, width);
  const decoded = next > bytes.length ? undefined : decodeStrictly(bytes.subarray(start, next), encoding);
  return decoded === undefined ? undefined : { text: decoded, next };
}

/** Decodes bytes, keeping a byte order mark; undefined when they are not valid text. */
export function decodeStrictly(bytes: Buffer, encoding: Encoding = "utf-8"): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
