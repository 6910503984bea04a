import { visit } from "jsonc-parser";
import type { Issue } from "../domain/kernel/issue";
import { isDeeperThan, onePerPlace, pathOf } from "./issues";

/** What a JSON text says, and what is wrong with how it says it. */
export interface JsonText {
  readonly value: unknown;
  readonly issues: readonly Issue[];
}

/** Deeper than anything that is accepted anywhere, and no danger to the stack. */
const WALKED_LEVELS = 100;
/** As many as an event tells: whoever has that many knows enough. */
const MOST_REPEATED = 50;

/** Text of bytes that are nothing but UTF-8, without its byte order mark; undefined when they are not. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes that are no UTF-8: nobody can tell which text was meant. */
export function noUtf8(bytes: Uint8Array): Issue {
  return { path: "$", value: `${bytes.length} bytes that are not UTF-8`, expectation: "JSON in UTF-8" };
}

/** The value of a JSON text; undefined when it is none. */
export function parseJsonText(text: string): JsonText | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return { value, issues: isDeeperThan(value, WALKED_LEVELS) ? [] : repeatedFields(text) };
  } catch {
    return undefined;
  }
}

/**
 * Fields that stand more than once in an object. JSON parsers differ in which one they take
 * (https://www.rfc-editor.org/rfc/rfc8259#section-4): what a reviewer saw need not be what is done.
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
