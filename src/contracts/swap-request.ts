import { z } from "zod";
import type { Issue } from "../domain/kernel/issue";
import type { SwapRequest } from "../domain/kernel/swap-request";
import { contentHashOf } from "./content-hash";
import {
  duration,
  durationMs,
  exactly,
  instant,
  pairName,
  plainText,
  quorum,
  requestId,
  whereReadable,
} from "./fields";
import { issuesOf, isDeeperThan, jsonText, onePerPlace, pathOf, prototypeNames, formatValue } from "./issues";
import { afterByteOrderMark, jsonWithin } from "./json-within";

const stableFor = duration("1s", "1d");
const deadline = duration("1s", "7d");

/** A swap request on the wire: queue JSON, HTTP body, or `data` of a CloudEvent. */
export const swapRequestSchema = exactly({
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
  expect: exactly({ version: plainText(100, "a version") })
    .optional()
    .describe("The version tag the incoming service must have; otherwise the promotion is refused."),
  notBefore: instant.optional().describe("The swap does not start before this time."),
  expiresAt: instant
    .optional()
    .describe("The promotion ends as expired when it has not begun to swap by then."),
  approval: exactly({ quorum })
    .optional()
    .describe(
      "Tightens the pair's policy: how many different people must approve; a smaller quorum has no effect.",
    ),
  readiness: exactly({
    stableFor: stableFor.optional(),
    deadline: deadline.optional(),
  })
    .refine((times) => durationMs(times.stableFor ?? "") < durationMs(times.deadline ?? ""), {
      when: whereReadable({ stableFor, deadline }),
      error: "a deadline longer than stableFor: it would pass before anything can be ready",
    })
    .optional()
    .describe(
      "Tightens the pair's policy: a longer stableFor, a shorter deadline; looser values have no effect.",
    ),
  soak: exactly({ for: duration("1s", "1d").optional() })
    .optional()
    .describe("Tightens the pair's policy: new production is watched for longer; shorter has no effect."),
  irreversible: z
    .boolean({ error: "true or false" })
    .optional()
    .describe("Going back would do harm: a regression halts the promotion instead of being rolled back."),
}).refine(({ notBefore, expiresAt }) => Date.parse(notBefore ?? "") < Date.parse(expiresAt ?? ""), {
  when: whereReadable({ notBefore: instant, expiresAt: instant }),
  path: ["notBefore"],
  error: "a time before expiresAt: the promotion would expire before it may start",
});

type WireRequest = z.infer<typeof swapRequestSchema>;

const envelopeSchema = z.looseObject({
  specversion: z.literal("1.0", { error: 'the text "1.0"' }),
  type: z.literal("cloud-service-swap.promotion.requested", {
    error: "cloud-service-swap.promotion.requested",
  }),
  id: z.string({ error: "the event's id" }).min(1, "the event's id"),
  source: z.string({ error: "who sent the event" }).min(1, "who sent the event"),
});

export interface ParsedRequest {
  readonly request: SwapRequest;
  /** SHA-256 of the canonical JSON of the request's meaning: times as instants, defaults left out. */
  readonly contentHash: string;
  /** The request as sent, and its path in the body. */
  readonly sent: { readonly data: Readonly<Record<string, unknown>>; readonly at: readonly string[] };
}

export type RequestParse =
  | { readonly ok: true; readonly value: ParsedRequest }
  | {
      readonly ok: false;
      readonly code: "malformed-request" | "body-too-large";
      readonly issues: readonly Issue[];
      readonly requestId: string | null;
    };

const MAX_BYTES = 16 * 1024;
const MAX_DEPTH = 10;

type Defaults = Readonly<Partial<Pick<WireRequest, "requestId" | "reason" | "requestedBy">>>;

/**
 * Parses what the Functions host passed: a JSON value, or text that is not JSON. Needs no clock, never throws, and
 * reports every issue at once.
 */
export function parseSwapRequest(handed: unknown, defaults: Defaults = {}): RequestParse {
  const body = afterByteOrderMark(handed);
  const wrong = (
    issues: readonly Issue[],
    code: "malformed-request" | "body-too-large" = "malformed-request",
  ) => ({ ok: false, code, issues, requestId: namedId(body) }) as const;
  if (!isObject(body)) return wrong([noObject(body, "$")]);
  if (isDeeperThan(body, MAX_DEPTH)) {
    return wrong([{ path: "$", value: "nested too deeply", expectation: `at most ${MAX_DEPTH} levels` }]);
  }
  const length = Buffer.byteLength(jsonText(body));
  if (length > MAX_BYTES) {
    return wrong(
      [{ path: "$", value: `${length} bytes`, expectation: `at most ${MAX_BYTES} bytes of JSON` }],
      "body-too-large",
    );
  }
  const { data: given, at, issues: ofEnvelope } = openEnvelope(body);
  const around = [...ofEnvelope, ...prototypeNames(body)];
  if (!isObject(given)) return wrong(onePerPlace([noObject(given, pathOf(at)), ...around]));
  const data = { ...defaults, ...given };
  const parsed = swapRequestSchema.safeParse(data);
  const ofData = parsed.success ? [] : issuesOf(parsed.error, data, at);
  const issues = onePerPlace([...ofEnvelope, ...ofData, ...prototypeNames(body)]);
  if (!parsed.success || issues.length > 0) return wrong(issues);
  const request = toDomain(parsed.data);
  return { ok: true, value: { request, contentHash: contentHashOf(request), sent: { data, at } } };
}

/** The fields in which a request differs from the promotion that has its id. */
export function conflictIssues(
  { data, at }: ParsedRequest["sent"],
  fields: readonly string[],
  requestId: string,
): readonly Issue[] {
  return fields.map((field) => ({
    path: pathOf([...at, field]),
    value: formatValue(data[field]),
    expectation: `as promotion ${requestId} was asked for, or another requestId`,
  }));
}

/** The issue for a value that should be an object, with a hint for the usual mistake. */
function noObject(value: unknown, path: string): Issue {
  const expectation = jsonWithin(value)
    ? "a JSON object: this is JSON inside a JSON string; send the object itself, without turning it into text first"
    : "a JSON object";
  return { path, value: formatValue(value), expectation };
}

/** The request's data and path, and the issues of its envelope. */
function openEnvelope(body: Readonly<Record<string, unknown>>): {
  data: unknown;
  at: readonly string[];
  issues: readonly Issue[];
} {
  if (!Object.hasOwn(body, "specversion")) return { data: body, at: [], issues: [] };
  const parsed = envelopeSchema.safeParse(body);
  const issues = parsed.success ? [] : issuesOf(parsed.error, body);
  return { data: body["data"], at: ["data"], issues };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function tightenedOf({ stableFor: stable, deadline: by }: NonNullable<WireRequest["readiness"]> = {}) {
  return {
    ...(stable === undefined ? {} : { stableForMs: durationMs(stable) }),
    ...(by === undefined ? {} : { deadlineMs: durationMs(by) }),
  };
}

/** The meaning of a request: explicit defaults and empty groups are left out. */
function toDomain(wire: WireRequest): SwapRequest {
  const { notBefore, expiresAt, readiness, soak, irreversible, ...rest } = wire;
  const tightened = tightenedOf(readiness);
  return {
    ...rest,
    ...(notBefore === undefined ? {} : { notBefore: Date.parse(notBefore) }),
    ...(expiresAt === undefined ? {} : { expiresAt: Date.parse(expiresAt) }),
    ...(Object.keys(tightened).length === 0 ? {} : { readiness: tightened }),
    ...(soak?.for === undefined ? {} : { soak: { forMs: durationMs(soak.for) } }),
    ...(irreversible ? { irreversible } : {}),
  };
}

/** The valid request id in a malformed body, also in JSON text within text. */
function namedId(body: unknown): string | null {
  const outer = unwrapped(body);
  const data = Object.hasOwn(outer, "specversion") ? unwrapped(outer["data"]) : outer;
  const id = requestId.safeParse(data["requestId"]);
  return id.success ? id.data : null;
}

function unwrapped(value: unknown): Record<string, unknown> {
  const object = jsonWithin(value) ?? value;
  return isObject(object) ? object : {};
}

/** The body of POST /api/plans: a request without the need for id, reason and requester. */
export function parsePlanRequest(body: unknown): RequestParse {
  return parseSwapRequest(body, { requestId: "plan", reason: "a plan", requestedBy: "a plan" });
}
