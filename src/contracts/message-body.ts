import { dataContractText } from "./data-contract";
import { noUtf8, parseJsonText, utf8Text, type JsonText } from "./json-text";

/**
 * Reads the body of a message. The host hands over bytes: its own text would hide repeated fields and invalid
 * UTF-8. A body that is not JSON stays text. Never throws.
 */
export function readMessageBody(handed: unknown): JsonText {
  if (!(handed instanceof Uint8Array)) return { value: handed, issues: [] };
  const text = utf8Text(handed) ?? dataContractText(Buffer.from(handed));
  if (text === undefined) return { value: undefined, issues: [noUtf8(handed)] };
  return parseJsonText(text) ?? { value: text, issues: [] };
}
