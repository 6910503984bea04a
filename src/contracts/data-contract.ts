// A string as .NET's DataContractSerializer writes it in binary XML; older SDKs (`BrokeredMessage`) and Azure
// DevOps send it. One element with one attribute, then text records
// (https://learn.microsoft.com/openspecs/windows_protocols/mc-nbfx).

const HEAD = Buffer.concat([
  Buffer.from([0x40, 6]), // an element with a short name
  Buffer.from("string"),
  Buffer.from([0x08, 51]), // its default namespace
  Buffer.from("http://schemas.microsoft.com/2003/10/Serialization/"),
]);
const END_ELEMENT = 0x01;

/** Text records by code: bytes of the length, and the encoding. The next odd code also ends the element. */
const textRecords: Readonly<Record<number, readonly [width: 1 | 2 | 4, encoding: "utf-8" | "utf-16le"]>> = {
  0x98: [1, "utf-8"],
  0x9a: [2, "utf-8"],
  0x9c: [4, "utf-8"],
  0xb6: [1, "utf-16le"],
  0xb8: [2, "utf-16le"],
  0xba: [4, "utf-16le"],
};

/** The text of a complete DataContract string; undefined for anything else. */
export function dataContractText(bytes: Buffer): string | undefined {
  if (!bytes.subarray(0, HEAD.length).equals(HEAD)) return undefined;
  let text = "";
  let at = HEAD.length;
  while (at < bytes.length) {
    const code = bytes[at] ?? 0;
    if (code === END_ELEMENT) return at + 1 === bytes.length ? text : undefined;
    const record = recordAt(bytes, at);
    if (!record) return undefined;
    text += record.text;
    at = record.next;
    if (code % 2 === 1) return at === bytes.length ? text : undefined;
  }
  return undefined;
}

function recordAt(bytes: Buffer, at: number): { readonly text: string; readonly next: number } | undefined {
  const [width, encoding] = textRecords[(bytes[at] ?? 0) & ~1] ?? [];
  const start = at + 1 + (width ?? 0);
  if (width === undefined || start > bytes.length) return undefined;
  const next = start + bytes.readUIntLE(at + 1, width);
  if (next > bytes.length) return undefined;
  try {
    const decoder = new TextDecoder(encoding, { fatal: true });
    return { text: decoder.decode(bytes.subarray(start, next)), next };
  } catch {
    return undefined;
  }
}
