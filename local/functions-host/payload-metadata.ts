import type { RpcData } from "./contract";

/**
 * Top-level members of a trigger's JSON payload, as the host copies them into the trigger metadata: scalars as text,
 * dates in its own format, objects as JSON, without nulls and lists (golden: dates).
 */
export function payloadMetadata(body: string): Record<string, RpcData> {
  let payload: unknown;
  try {
    payload = JSON.parse(body) as unknown;
  } catch {
    return {};
  }
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return {};
  return Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) =>
      value === null || Array.isArray(value) ? [] : [[name, memberData(value)]],
    ),
  );
}

function memberData(value: unknown): RpcData {
  return typeof value === "object" ? { json: JSON.stringify(value) } : { string: scalarText(value) };
}

function scalarText(value: unknown): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "string") return JSON.stringify(value);
  const date = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(value) ? new Date(value) : undefined;
  return date && !Number.isNaN(date.getTime()) ? dotNetTime(date) : value;
}

/** A time in UTC in .NET's default format. */
export function dotNetTime(date: Date): string {
  const iso = date.toISOString();
  return `${iso.slice(5, 7)}/${iso.slice(8, 10)}/${iso.slice(0, 4)} ${iso.slice(11, 19)}`;
}
