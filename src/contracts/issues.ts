import type { z } from "zod";
import { canonicalJson } from "../domain/kernel/canonical-json";
import type { Issue } from "../domain/kernel/issue";
import { cleanText } from "../domain/kernel/untrusted-text";

const secretNames =
  "access[-_]?key|account[-_]?key|api[-_]?key|functions[-_]?key|subscription[-_]?key|passw(?:or)?d|passphrase|pwd|secret|token|credentials?|SharedAccessSignature";
const secretName = new RegExp(secretNames, "i");

const secrets: readonly [RegExp, string][] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "***"],
  // A quoted value ends at the quote that opened it, with the same escaping: JSON may contain JSON.
  [
    new RegExp(
      String.raw`(${secretNames})(\\*["']?\s*[=:]\s*)(?:(\\*["'])(?:(?!(?<!\\)\3)[^])*|(?:[^;&\s"'}\\]|\\(?!["']))+)`,
      "gi",
    ),
    "$1$2$3***",
  ],
  [/(authorization\\*["']?\s*[=:]\s*\\*["']?)(?:\w+\s+)?[^\s"',;\\]+/gi, "$1***"],
  [/\bBearer\s+[\w.~+/-]+=*/gi, "Bearer ***"],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, "***"],
  [/((?:\bsig|[?&]code)=)[^&\s"';\\]+/gi, "$1***"],
  [/(:\/\/[^\s/:@"']*:)[^\s/@"']+@/g, "$1***@"],
];

/** Masks what looks like a credential; prefers to mask too much. */
export function maskCredentials(text: string): string {
  return secrets.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

/** A value as cleaned, masked and shortened text, safe for events and logs. */
export function formatValue(value: unknown, limit = 80): string {
  return formatText(value === undefined ? "nothing" : jsonText(value), limit);
}

/** The same for text. */
export function formatText(text: string, limit = 80): string {
  // Cut before masking: 80 characters do not need a scan of megabytes.
  const masked = maskCredentials(text.slice(0, limit * 8));
  const shortened = masked.length > limit ? `${masked.slice(0, limit - 1)}…` : masked;
  return cleanText(shortened);
}

/** JSON of any value. Deep nesting is written without recursion. */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return canonicalJson(value);
  }
}

const PATH_LIMIT = 200;

/** A JSON path. Names come from outside: quoted, masked and shortened. */
export function pathOf(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>((before, key) => `${before}${step(key)}`, "$");
  return formatText(text, PATH_LIMIT);
}

function step(key: PropertyKey): string {
  if (typeof key === "number") return `[${key}]`;
  const name = String(key);
  return /^[\w$-]+$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    const holder = typeof value === "object" && value !== null ? value : {};
    return Object.hasOwn(holder, key) ? (holder as Record<PropertyKey, unknown>)[key] : undefined;
  }, root);
}

/** The value at a path; hidden when the field is named like a secret. */
function describeAt(root: unknown, path: readonly PropertyKey[]): string {
  const value = valueAt(root, path);
  return value !== undefined && path.some((key) => secretName.test(String(key))) ? "***" : formatValue(value);
}

/** Every issue of a failed parse: path, value and expectation. `at` is the path of `root`. */
export function issuesOf(
  error: z.ZodError,
  root: unknown,
  at: readonly PropertyKey[] = [],
): readonly Issue[] {
  const found = error.issues.flatMap(meantIssues).flatMap((issue) =>
    placesOf(issue).map((path) => ({
      path: pathOf([...at, ...path]),
      value: describeAt(root, path),
      expectation: issue.message,
    })),
  );
  return onePerPlace(found);
}

/** The places of an issue. */
export function placesOf(issue: z.core.$ZodIssue): readonly (readonly PropertyKey[])[] {
  return issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
}

/** For a union: the issues of the variant that was meant, judged by the fields present. */
function meantIssues(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const kinds = issue.errors.map((issues) => ({ issues, strange: strangeFields(issues) }));
  const [nearest, next] = kinds.sort((a, b) => a.strange - b.strange);
  if (!nearest || nearest.strange === next?.strange) return [issue];
  return nearest.issues.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

function strangeFields(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, each) => sum + (each.code === "unrecognized_keys" ? each.keys.length : 0), 0);
}

/** Keeps the first issue per place. */
export function onePerPlace(issues: readonly Issue[]): readonly Issue[] {
  const described = new Set<string>();
  return issues.filter(({ path }) => !described.has(path) && described.add(path));
}

/** Whether a value nests deeper than `levels`; not recursive. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  const open: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value: current, depth } = next;
    if (typeof current !== "object" || current === null) continue;
    if (depth >= levels) return true;
    for (const held of Object.values(current)) open.push({ value: held, depth: depth + 1 });
  }
  return false;
}

/** Field names that could reach a prototype are issues anywhere. */
export function prototypeNames(value: unknown): readonly Issue[] {
  const found: Issue[] = [];
  const open: { value: unknown; path: readonly PropertyKey[] }[] = [{ value, path: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value: current, path } = next;
    if (typeof current !== "object" || current === null) continue;
    for (const [key, held] of Object.entries(current)) {
      const place = [...path, Array.isArray(current) ? Number(key) : key];
      if (["__proto__", "constructor", "prototype"].includes(key)) {
        found.push({ path: pathOf(place), value: describeAt(value, place), expectation: "no such field" });
      }
      open.push({ value: held, path: place });
    }
  }
  return found;
}
