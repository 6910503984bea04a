import {
  LONGEST_OPERATION_URL,
  type OperationAddress,
  type OperationRead,
  type SwapReply,
} from "../../domain/swap/attempt";
import { correlationOf, errorIn, errorOf, jsonOf, type RawReply, retryAfterMs, textMember } from "./replies";

/** Microsoft.Network answers 429 with this code when the target is locked: a conflict, not throttling. */
const LOCKED = "RetryableErrorDueToAnotherOperation";

/** What Resource Manager's answer to the swap PUT means. Only 4xx says for certain that nothing was begun. */
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

/** The headers that name an operation, by how it answers there; the first that is there counts. */
const headers: Readonly<Record<Style, readonly string[]>> = {
  "azure-async-operation": ["azure-asyncoperation", "operation-location"],
  location: ["location"],
};

/** What a reply names: an address, or why the one it names is not followed; undefined: none. */
type Named = { readonly address: OperationAddress } | { readonly finding: string };

function namedBy(reply: RawReply, style: Style, origin: string): Named | undefined {
  const url = headers[style].map((name) => reply.headers.get(name)).find((value) => value !== undefined);
  if (url === undefined) return undefined;
  const most = LONGEST_OPERATION_URL;
  if (url.length > most)
    return { finding: `has ${grouped(url.length)} characters, more than ${grouped(most)},` };
  if (!URL.canParse(url)) return { finding: "is none" };
  // Our token would go there.
  if (new URL(url).origin !== origin) return { finding: "is on another host" };
  return { address: { url, style } };
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Where the status is told in words before where it is a code alone; an address that is not followed makes room. */
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
 * What an operation says of itself, by the style of its address
 * (https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations). Whatever it says, reads of both
 * services prove the effect.
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

/** A 200 without a status is no answer here, although the SDK takes it for success. */
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

/** Client errors that are about the question, not about the operation. */
const aside = [401, 403, 404, 408, 429];

/** The status code says it all: the body of a 200 is the resource, or nothing. */
function readResult(reply: RawReply, asked: OperationAddress, origin: string, now: number): OperationRead {
  const { status } = reply;
  if (status === 202) return running(reply, asked, origin, now);
  if ([200, 201, 204].includes(status)) return { kind: "succeeded" };
  if (status < 400 || status >= 500 || aside.includes(status)) return unreadable(reply, now);
  const { code, message } = errorOf(reply);
  return { kind: "failed", code, detail: message };
}

/** Every reply may name a new address; one of the other style is its result's, or its status's, and not asked instead. */
function running(reply: RawReply, asked: OperationAddress, origin: string, now: number): OperationRead {
  const wait = retryAfterMs(reply, now);
  const named = namedBy(reply, asked.style, origin);
  return {
    kind: "running",
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(named && "address" in named && named.address.url !== asked.url ? { newest: named.address } : {}),
    ...(named && "finding" in named
      ? { detail: `the operation's new URL ${named.finding} and the one before stays` }
      : {}),
  };
}

function unreadable(reply: RawReply, now: number, why?: string): OperationRead {
  const wait = retryAfterMs(reply, now);
  const http = `HTTP ${reply.status}`;
  const { code } = errorOf(reply);
  return {
    kind: "unreadable",
    detail: why ?? (code === http ? http : `${http}: ${code}`),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}
