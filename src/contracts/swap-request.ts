import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson } from "../domain/canonical-json";
import type { Complaint } from "../domain/events";
import type { SwapRequest } from "../domain/swap-request";
import { complaintsOf, inspect, jsonText, tellValue } from "./complaints";
import { duration, durationMs, instant, pairName, plainText, requestId } from "./fields";

/** The swap request as it crosses the wire: queue JSON, HTTP body, or `data` of a CloudEvent. */
export const swapRequestSchema = z.strictObject({
  requestId,
  pair: pairName,
  promote: z
    .enum(["blue", "green", "staging"], { error: 'one of "blue", "green", "staging"' })
    .describe(
      "The side that is to hold production; staging: whoever holds staging when the request is planned.",
    ),
  reason: plainText(500, "why").describe("Why, for people and audits."),
  requestedBy: plainText(200, "who").describe(
    "Who asks. From the queue a declaration, over HTTP the caller's name by default.",
  ),
  expect: z
    .strictObject({ version: plainText(100, "a version") })
    .optional()
    .describe("The version tag the incoming service must have; otherwise the promotion is refused."),
  expiresAt: instant
    .optional()
    .describe("The promotion ends as expired when it has not begun to swap by then."),
  readiness: z
    .strictObject({ stableFor: duration("1s", "1d").optional(), deadline: duration("1s", "7d").optional() })
    .optional()
    .describe(
      "Tightens the pair's policy: a longer stableFor, a shorter deadline; looser values have no effect.",
    ),
});

type WireRequest = z.infer<typeof swapRequestSchema>;

const envelopeSchema = z.looseObject({
  specversion: z.literal("1.0"),
  type: z.literal("cloud-service-swap.promotion.requested", {
    error: "cloud-service-swap.promotion.requested",
  }),
  id: z.string().min(1),
  source: z.string().min(1),
  data: z.unknown(),
});

export interface ParsedRequest {
  readonly request: SwapRequest;
  /** SHA-256 of the canonical JSON of the request's data. */
  readonly contentHash: string;
}

export type RequestParse =
  | { readonly ok: true; readonly value: ParsedRequest }
  | {
      readonly ok: false;
      readonly code: "malformed-request" | "body-too-large";
      readonly complaints: readonly Complaint[];
      readonly requestId: string | null;
    };

const MAX_BYTES = 16 * 1024;
const MAX_DEPTH = 10;

/**
 * Parses what the Functions host handed over: a JSON value, or text when it was not JSON. Needs no clock and never
 * throws; all complaints come at once.
 */
export function parseSwapRequest(
  body: unknown,
  defaults: { readonly requestedBy?: string } = {},
): RequestParse {
  const wrong = (
    complaints: readonly Complaint[],
    code: "malformed-request" | "body-too-large" = "malformed-request",
  ) => ({ ok: false, code, complaints, requestId: namedId(body) }) as const;
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return wrong([{ path: "$", value: tellValue(body), expectation: "a JSON object" }]);
  }
  const odd = inspect(body, MAX_DEPTH);
  if (odd.length > 0) return wrong(odd);
  const length = Buffer.byteLength(jsonText(body));
  if (length > MAX_BYTES) {
    return wrong(
      [{ path: "$", value: `${length} bytes`, expectation: `at most ${MAX_BYTES} bytes of JSON` }],
      "body-too-large",
    );
  }
  const opened = openEnvelope(body);
  if ("complaints" in opened) return wrong(opened.complaints);
  const data = { ...defaults, ...opened.data };
  const parsed = swapRequestSchema.safeParse(data);
  if (!parsed.success) return wrong(complaintsOf(parsed.error, data));
  const contentHash = createHash("sha256").update(canonicalJson(parsed.data)).digest("hex");
  return { ok: true, value: { request: toDomain(parsed.data), contentHash } };
}

function openEnvelope(
  body: object,
): { data: Record<string, unknown> } | { complaints: readonly Complaint[] } {
  if (!("specversion" in body)) return { data: body as Record<string, unknown> };
  const parsed = envelopeSchema.safeParse(body);
  if (!parsed.success) return { complaints: complaintsOf(parsed.error, body) };
  const { data } = parsed.data;
  if (typeof data === "object" && data !== null && !Array.isArray(data))
    return { data: data as Record<string, unknown> };
  return {
    complaints: [{ path: "$.data", value: tellValue(data), expectation: "the request as a JSON object" }],
  };
}

function toDomain({ expiresAt, readiness, ...rest }: WireRequest): SwapRequest {
  const time = (text: string | undefined) => (text === undefined ? undefined : durationMs(text));
  return {
    ...rest,
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
    ...(readiness === undefined
      ? {}
      : { readiness: { stableForMs: time(readiness.stableFor), deadlineMs: time(readiness.deadline) } }),
  };
}

/** The request id a malformed body names, when that much of it is well formed. */
function namedId(body: unknown): string | null {
  const holder =
    typeof body === "object" && body !== null
      ? (body as { requestId?: unknown; data?: { requestId?: unknown } })
      : {};
  const id = requestId.safeParse(holder.requestId ?? holder.data?.requestId);
  return id.success ? id.data : null;
}

/** The body of POST /api/plans: a request that need not say who, why and under which id. */
export function parsePlanRequest(body: unknown): RequestParse {
  const given = typeof body === "object" && body !== null && !Array.isArray(body) ? body : undefined;
  const defaults = { requestId: "plan", reason: "a plan", requestedBy: "a plan" };
  return parseSwapRequest(given === undefined ? body : { ...defaults, ...given });
}
