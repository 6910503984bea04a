import type { z } from "zod";
import type { Complaint } from "../domain/events";

const secrets: readonly [RegExp, string][] = [
  [
    /(SharedAccessKey|AccountKey|SharedAccessSignature|password|pwd|secret|token)(["']?\s*[=:]\s*["']?)[^;\s"',}]+/gi,
    "$1$2***",
  ],
  [/\bBearer\s+[\w.~+/-]+=*/gi, "Bearer ***"],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, "***"],
  [/([?&](?:sig|code)=)[^&\s"]+/gi, "$1***"],
];

/** Masks what looks like a credential. */
export function maskCredentials(text: string): string {
  return secrets.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

/** Text without control characters, masked and shortened, fit for an event or a log. */
export function tellValue(value: unknown, limit = 80): string {
  const text = value === undefined ? "nothing" : jsonText(value);
  const masked = maskCredentials(text.slice(0, limit * 8)).replace(/\p{Cc}/gu, " ");
  return masked.length > limit ? `${masked.slice(0, limit - 1)}…` : masked;
}

/** The JSON text of a value that may be anything; deep nesting must not overflow the stack. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "a value too deeply nested to show";
  }
}

export function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    "$",
  );
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const holder = typeof value === "object" && value !== null ? value : {};
    return Object.hasOwn(holder, key) ? (holder as Record<PropertyKey, unknown>)[key] : undefined;
  }, root);
}

/** Every complaint of a failed parse: path, what stood there, what was expected. */
export function complaintsOf(error: z.ZodError, root: unknown): Complaint[] {
  return error.issues.flatMap((issue): Complaint[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const path = [...issue.path, key];
        return {
          path: pathOf(path),
          value: tellValue(valueAt(root, path)),
          expectation: "no such field: it is not known",
        };
      });
    }
    return [
      { path: pathOf(issue.path), value: tellValue(valueAt(root, issue.path)), expectation: issue.message },
    ];
  });
}

/** Keys that reach prototypes are complaints, wherever they stand; and how deep a value goes, without recursion. */
export function inspect(value: unknown, maxDepth: number): Complaint[] {
  const found: Complaint[] = [];
  const open: { value: unknown; depth: number; path: string }[] = [{ value, depth: 0, path: "$" }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value: current, depth, path } = next;
    if (typeof current !== "object" || current === null) continue;
    if (depth >= maxDepth) {
      return [{ path: "$", value: "nested too deeply", expectation: `at most ${maxDepth} levels` }];
    }
    for (const key of Object.keys(current)) {
      const at = Array.isArray(current) ? `${path}[${key}]` : `${path}.${key}`;
      if (["__proto__", "constructor", "prototype"].includes(key)) {
        found.push({
          path: at,
          value: tellValue(Object.getOwnPropertyDescriptor(current, key)?.value),
          expectation: "no such field: it is not known",
        });
      }
      open.push({ value: Object.getOwnPropertyDescriptor(current, key)?.value, depth: depth + 1, path: at });
    }
  }
  return found;
}
