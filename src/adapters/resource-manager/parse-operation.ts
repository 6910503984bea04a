import {
  LONGEST_OPERATION_URL,
  type OperationAddress,
  type OperationRead,
  type SwapReply,
} from "../../domain/swap/attempt";
import { correlationOf, errorIn, errorOf, jsonOf, type RawReply, retryAfterMs, textMember } from "./replies";

/** Microsoft.Network answers 429 with this code when the target is locked: a conflict, not throttling. */
const LOCKED = "RetryableErrorDueToAnotherOperation";

/** Reads Resource Manager's reply to the swap PUT. Only 4xx says for certain that nothing was begun. */
export function readSwapReply(reply: RawReply, origin: string, now: number): SwapReply {
  const correlationId = correlationOf(reply);
  const wait = retryAfterMs(reply, now);
  if ([200, 201, 202, 204].includes(reply.status)) {
    return {
      kind: "accepted",
      status: reply.status,
      retryAfterMs: wait,
      correlationId,
      ...operationOf(reply, origin),
    };
  }
  const { code, message } = errorOf(reply);
  const detail = `${code}: ${message}`;
  if (reply.status === 409 || (reply.status === 429 && code === LOCKED)) {
    return { kind: "busy", code, detail: message, retryAfterMs: wait, correlationId };
  }
  if (reply.status === 429) return { kind: "throttled", detail, retryAfterMs: wait ?? 30_000, correlationId };
  if (reply.status >= 400 && reply.status < 500 && reply.status !== 408) {
    return { kind: "declined", status: reply.status, code, detail: message, correlationId };
  }
  return { kind: "unknown", detail: `${reply.status} ${detail}`, correlationId };
}

type Style = OperationAddress["style"];

/** The headers that name an operation, by the style of its replies. The first one present counts. */
const headers: Readonly<Record<Style, readonly string[]>> = {
  "azure-async-operation": ["azure-asyncoperation", "operation-location"],
  location: ["location"],
};

/** The operation address in a reply, or why it is not followed. */
type Named = { readonly address: OperationAddress } | { readonly finding: string };

function namedBy(reply: RawReply, style: Style, origin: string): Named | undefined {
  const url = headers[style].map((name) => reply.headers.get(name)).find((value) => value !== undefined);
  if (url === undefined) return undefined;
  const most = LONGEST_OPERATION_URL;
  if (url.length > most)
    return { finding: `has ${grouped(url.length)} characters, more than ${grouped(most)},` };
  if (!URL.canParse(url)) return { finding: "is not valid" };
  // The app's token would be sent there.
  if (new URL(url).origin !== origin) return { finding: "is on another host" };
  return { address: { url, style } };
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** The address to follow. Prefers the style with a status in the body over the style with a status code only. */
function operationOf(
  reply: RawReply,
  origin: string,
): { readonly operation?: OperationAddress; readonly detail?: string } {
  const named = (["azure-async-operation", "location"] as const).flatMap(
    (style) => namedBy(reply, style, origin) ?? [],
  );
  const followed = named.find((each) => "address" in each);
  if (followed) return { operation: followed.address };
  const [first] = named;
  return first && "finding" in first
    ? { detail: `the operation's URL ${first.finding} and is not followed` }
    : {};
}

/**
 * Reads an operation's status, by the style of its address
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations). It proves nothing: reads of
 * both services prove the effect.
 */
export function readOperationReply(
  reply: RawReply,
  asked: OperationAddress,
  origin: string,
  now: number,
): OperationRead {
  return asked.style === "location"
    ? readResult(reply, asked, origin, now)
    : readStatus(reply, asked, origin, now);
}

const failures = ["failed", "canceled", "cancelled"];

/** A 200 without a status counts as unreadable, although the SDK treats it as success. */
function readStatus(reply: RawReply, asked: OperationAddress, origin: string, now: number): OperationRead {
  if (reply.status === 202) return running(reply, asked, origin, now);
  if (reply.status !== 200) return unreadable(reply, now);
  const body = jsonOf(reply);
  const status = textMember(body, "status")?.toLowerCase();
  if (status === undefined) return unreadable(reply, now, "the operation has no status");
  if (status === "succeeded") return { kind: "succeeded" };
  if (!failures.includes(status)) return running(reply, asked, origin, now);
  const { code, message } = errorIn(body, status);
  return { kind: "failed", code, detail: message };
}

/** Client errors about the request itself, not about the operation. */
const requestErrors = [401, 403, 404, 408, 429];

/** Only the status code counts: the body of a 200 is the resource, or empty. */
function readResult(reply: RawReply, asked: OperationAddress, origin: string, now: number): OperationRead {
  const { status } = reply;
  if (status === 202) return running(reply, asked, origin, now);
  if ([200, 201, 204].includes(status)) return { kind: "succeeded" };
  if (status < 400 || status >= 500 || requestErrors.includes(status)) return unreadable(reply, now);
  const { code, message } = errorOf(reply);
  return { kind: "failed", code, detail: message };
}

/** Every reply may name a new address. Only one of the same style replaces the present address. */
function running(reply: RawReply, asked: OperationAddress, origin: string, now: number): OperationRead {
  const named = namedBy(reply, asked.style, origin);
  const running = { kind: "running", retryAfterMs: retryAfterMs(reply, now) } as const;
  if (named && "finding" in named)
    return { ...running, detail: `the operation's new URL ${named.finding} and the previous one is kept` };
  return { ...running, newest: named?.address.url === asked.url ? undefined : named?.address };
}

function unreadable(reply: RawReply, now: number, why?: string): OperationRead {
  const http = `HTTP ${reply.status}`;
  const { code } = errorOf(reply);
  const detail = why ?? (code === http ? http : `${http}: ${code}`);
  return { kind: "unreadable", detail, retryAfterMs: retryAfterMs(reply, now) };
}
