import type { ExportedEntry, ExportEnd } from "./audit-export";
import type { AuditFinding } from "./audit-verification";

/** An entry and the line of the export it stands in, counted from 1. */
export type PlacedEntry = ExportedEntry & { readonly line: number };

export interface ReadExport {
  readonly entries: readonly PlacedEntry[];
  readonly end: ExportEnd | undefined;
  readonly findings: readonly AuditFinding[];
}

/** A doubled member, for one: readers differ in which of the two they take, so what is verified is not what is read. */
const REWRITTEN = "it is not written as the app writes it: a member stands twice, or the line was formatted";

/** Reads an export as anybody may have left it; what is no line of one is a finding. */
export function readExport(lines: readonly string[]): ReadExport {
  const entries: PlacedEntry[] = [];
  const findings: AuditFinding[] = [];
  let end: ExportEnd | undefined;
  lines.forEach((text, i) => {
    const line = i + 1;
    const value = parsed(text);
    const isLast = line === lines.length;
    if (isRewritten(text, value)) findings.push({ line, what: REWRITTEN });
    if (isEntry(value)) entries.push({ ...value, line });
    else if (isRecord(value) && isEnd(value["end"]) && isLast) end = value["end"];
    else if (isRecord(value) && typeof value["next"] === "string" && Object.keys(value).length === 1) {
      if (isLast) findings.push({ line, what: `the export goes on at ${value["next"]}: append that page` });
    } else findings.push({ line, what: "no line of an export, or not in its place" });
  });
  if (!end) findings.push({ what: "the export has no end: it was cut off" });
  return { entries, end, findings };
}

function isRewritten(text: string, value: unknown): boolean {
  return value !== undefined && JSON.stringify(value) !== text;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Where a chain ends, as far as it is told. */
export function isHead(value: unknown): value is { readonly entries: number; readonly head: string } {
  return isRecord(value) && typeof value["entries"] === "number" && typeof value["head"] === "string";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is ExportedEntry {
  return (
    isRecord(value) &&
    typeof value["n"] === "number" &&
    [value["chain"], value["hash"], value["what"]].every((text) => typeof text === "string")
  );
}

function isEnd(value: unknown): value is ExportEnd {
  if (!isHead(value)) return false;
  const { pair, key, underWay } = value as Partial<ExportEnd>;
  const isNamed = typeof pair === "string" && typeof key === "string";
  return isNamed && Array.isArray(underWay) && underWay.every(isHead);
}
