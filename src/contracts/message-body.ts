import { dataContractText } from "./data-contract";
import { noUtf8, parseJsonText, utf8Text, type JsonText } from "./json-text";

/**
 * What the body of a message says. The host hands over bytes, because of the text it would make of them nothing tells any
 * more whether a field stood there twice or a byte was no UTF-8. What is not JSON stays text. Never throws.
 */
export function readMessageBody(handed: unknown): JsonText {
  if (!(handed instanceof Uint8Array)) return { value: handed, issues: [] };
  const text = utf8Text(handed) ?? dataContractText(Buffer.from(handed));
  if (text === undefined) return { value: undefined, issues: [noUtf8(handed)] };
  return parseJsonText(text) ?? { value: text, issues: [] };
}
