import { visit } from "jsonc-parser";
import type { Issue } from "../domain/kernel/issue";
import { isDeeperThan, onePerPlace, pathOf } from "./issues";

/** A parsed JSON text, and issues with its form. */
export interface JsonText {
  readonly value: unknown;
  readonly issues: readonly Issue[];
}

/** Deeper than any accepted value, and safe for the stack. */
const WALKED_LEVELS = 100;
/** As many issues as an event carries. */
const MOST_REPEATED = 50;

/** Decodes UTF-8 without its byte order mark; undefined when the bytes are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The issue of bytes that are not UTF-8. */
export function noUtf8(bytes: Uint8Array): Issue {
  return { path: "$", value: `${bytes.length} bytes that are not UTF-8`, expectation: "JSON in UTF-8" };
}

/** The value of a JSON text; undefined when it is not JSON. */
export function parseJsonText(text: string): JsonText | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return { value, issues: isDeeperThan(value, WALKED_LEVELS) ? [] : repeatedFields(text) };
  } catch {
    return undefined;
  }
}

/**
 * Repeated fields of an object. JSON parsers differ in which one they take
 * (https://www.rfc-editor.org/rfc/rfc8259#section-4), so a reviewer may see another value than the app uses.
 */
function repeatedFields(text: string): readonly Issue[] {
  const open: Set<string>[] = [];
  const found: Issue[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectProperty: (name, _offset, _length, _line, _character, pathOfObject) => {
      const names = open.at(-1);
      if (names?.has(name) && found.length < MOST_REPEATED) {
        const path = pathOf([...pathOfObject(), name]);
        found.push({ path, value: "the same field again", expectation: "every field once" });
      }
      names?.add(name);
    },
    onObjectEnd: () => {
      open.pop();
    },
  });
  return onePerPlace(found);
}
