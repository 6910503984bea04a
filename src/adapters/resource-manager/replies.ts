import type { Read } from "../../domain/cloud-service/observation";
import { cleanText } from "../../domain/kernel/untrusted-text";

/** An unparsed reply of the pipeline. */
export interface RawReply {
  readonly status: number;
  readonly headers: { get(name: string): string | undefined };
  readonly bodyAsText?: string | null;
}

type Json = Readonly<Record<string, unknown>>;

/** A member of a JSON object. Ignores case, since spellings differ between replies. */
export function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  const found = Object.keys(value).find((key) => key.toLowerCase() === name.toLowerCase());
  return found === undefined ? undefined : (value as Json)[found];
}

/** A text member, cleaned: anybody can write tags, names and messages, and approvers read them. */
export function textMember(value: unknown, name: string): string | undefined {
  const found = member(value, name);
  return typeof found === "string" && found !== "" ? cleanText(found) : undefined;
}

export function listMember(value: unknown, name: string): readonly unknown[] | undefined {
  const found = member(value, name);
  return Array.isArray(found) ? found : undefined;
}

/** Most bytes of a body; a service or a page of instances takes about a hundredth of this. */
export const BODY_LIMIT = 4 * 1024 * 1024;

/** The JSON of a reply. Undefined if it is invalid or too large. */
export function jsonOf(reply: RawReply): unknown {
  const text = reply.bodyAsText ?? "";
  if (text.length > BODY_LIMIT) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Code and message of an ARM error body, shortened. */
export function errorOf(reply: RawReply): { code: string; message: string } {
  return errorIn(jsonOf(reply), `HTTP ${reply.status}`);
}

/**
 * Reads code and message from `error`, or from the top level as Microsoft.Web writes them
 * (https://github.com/hashicorp/terraform-provider-azurerm/issues/10858).
 */
export function errorIn(body: unknown, otherwise: string): { code: string; message: string } {
  const error = member(body, "error");
  const read = (name: string) => textMember(error, name) ?? textMember(body, name);
  return {
    code: withoutQueries(read("code") ?? otherwise).slice(0, 100),
    message: withoutQueries(read("message") ?? "no message").slice(0, 300),
  };
}

/** An error may repeat the request's URL, and the query of an operation's URL has its signature. */
function withoutQueries(text: string): string {
  return text.replace(/\?[^\s"'<>]+/g, "?…");
}

/** After an hour, the next read shows whether a further wait is needed. */
const LONGEST_WAIT_MS = 3_600_000;

/** Retry-After in milliseconds, at most an hour: from seconds, an HTTP date, or one of Azure's own headers. */
export function retryAfterMs(reply: RawReply, now: number): number | undefined {
  const asked = askedWaitMs(reply, now);
  return asked === undefined ? undefined : Math.min(asked, LONGEST_WAIT_MS);
}

function askedWaitMs(reply: RawReply, now: number): number | undefined {
  const own = reply.headers.get("retry-after-ms") ?? reply.headers.get("x-ms-retry-after-ms");
  if (own !== undefined && Number.isFinite(Number(own))) return Math.max(0, Number(own));
  const given = reply.headers.get("retry-after");
  if (given === undefined) return undefined;
  if (/^\d+$/.test(given.trim())) return Number(given) * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

export function correlationOf(reply: RawReply): string | undefined {
  const id = reply.headers.get("x-ms-correlation-request-id") ?? reply.headers.get("x-ms-request-id");
  return id === undefined ? undefined : cleanText(id);
}

/**
 * The remaining reads in the region or over all regions, whichever are fewer. Either header may be missing
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling).
 */
export function remainingReads(reply: RawReply): number | undefined {
  const remaining = ["subscription-reads", "subscription-global-reads"].flatMap((name) => {
    const text = reply.headers.get(`x-ms-ratelimit-remaining-${name}`)?.trim();
    return text !== undefined && /^\d+$/.test(text) ? [Number(text)] : [];
  });
  return remaining.length > 0 ? Math.min(...remaining) : undefined;
}

/** The result of a read whose reply is not a success. */
export function failedRead(reply: RawReply, now: number): Exclude<Read<never>, { kind: "found" }> {
  const { code, message } = errorOf(reply);
  const detail = `${code}: ${message}`;
  const wait = retryAfterMs(reply, now);
  if (reply.status === 404) return { kind: "absent", detail };
  if (reply.status === 401 || reply.status === 403) return { kind: "denied", detail };
  if (reply.status === 429) return { kind: "throttled", detail, retryAfterMs: wait ?? 30_000 };
  return { kind: "unavailable", detail, retryAfterMs: wait };
}
