import { z } from "zod";
import type { Issue } from "../domain/kernel/issue";
import { outcomes, phases } from "../domain/kernel/outcome";
import { exactly, instant, plainText, requestId } from "./fields";
import { issuesOf, formatText } from "./issues";
import { parseListToken } from "./list-token";

type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly issues: readonly Issue[] };

const note = plainText(500, "a note");

/** The body of a cancel or a release: `{"note": "…"}`. */
export function parseNote(body: unknown, required: boolean): Parsed<{ note: string }> {
  const schema = exactly({ note: required ? note : note.default("") });
  const parsed = schema.safeParse(body ?? {});
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: issuesOf(parsed.error, body ?? {}) };
}

const promotions = "request ids, from 1 to 32";
const cancels = exactly({
  note: plainText(500, "a note"),
  requestIds: z.array(requestId, { error: promotions }).min(1, promotions).max(32, promotions).optional(),
});

/** The body of a cancel of many: `{"note": "…", "requestIds": ["…"]}`; without ids every promotion under way. */
export function parseCancels(body: unknown): Parsed<z.infer<typeof cancels>> {
  const parsed = cancels.safeParse(body ?? {});
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: issuesOf(parsed.error, body ?? {}) };
}

const holdId = z
  .string({ error: "an id of 1 to 40 letters, digits and hyphens, as text" })
  .regex(
    /^(?!halt-)[A-Za-z0-9-]{1,40}$/,
    'an id of 1 to 40 letters, digits and hyphens, not beginning with "halt-"',
  );

/** The body of a hold by hand: `{"reason": "…", "id": "…"}`; the same id again is the same hold. */
export function parseHold(body: unknown): Parsed<{ reason: string; id?: string }> {
  const parsed = exactly({ reason: plainText(500, "a reason"), id: holdId.optional() }).safeParse(body ?? {});
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: issuesOf(parsed.error, body ?? {}) };
}

const ballot = exactly({
  decision: z.enum(["approve", "reject"], { error: '"approve" or "reject"' }),
  planHash: z
    .string({ error: "the hash of the plan that is voted on" })
    .regex(/^[0-9a-f]{64}$/, "the hash of the plan that is voted on: 64 hex digits"),
  comment: note.optional(),
});

/** The body of a vote: `{"decision": "approve", "planHash": "…", "comment": "…"}`. */
export function parseBallot(body: unknown): Parsed<z.infer<typeof ballot>> {
  const parsed = ballot.safeParse(body ?? {});
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: issuesOf(parsed.error, body ?? {}) };
}

const breakGlass = exactly({ reason: plainText(200, "why gate and deployment window are bypassed") });

/** Takes `breakGlass` out of the body of POST /api/promotions: it accompanies the request and is not part of it. */
export function takeBreakGlass(body: unknown): {
  readonly rest: unknown;
  readonly breakGlass?: { readonly reason: string };
  readonly issues: readonly Issue[];
} {
  if (typeof body !== "object" || body === null || !Object.hasOwn(body, "breakGlass")) {
    return { rest: body, issues: [] };
  }
  const { breakGlass: given, ...rest } = body as { breakGlass: unknown };
  const parsed = breakGlass.safeParse(given);
  if (parsed.success) return { rest, breakGlass: parsed.data, issues: [] };
  return { rest, issues: issuesOf(parsed.error, given, ["breakGlass"]) };
}

/** How many entries a page has. */
const top = z
  .string({ error: "a whole number from 1 to 100" })
  .regex(/^(?:[1-9]\d?|100)$/, "a whole number from 1 to 100")
  .transform(Number);

const auditQuery = exactly({
  after: z
    .string({ error: "a whole number" })
    .regex(/^\d{1,9}$/, "a whole number")
    .transform(Number)
    .default(0),
  top: top.default(50),
});

/** The query of GET /api/pairs/{name}/audit: `top` entries of the pair's chain after the entry `after`. */
export function parseAuditQuery(
  query: Readonly<Record<string, string>>,
): Parsed<{ after: number; top: number }> {
  const parsed = auditQuery.safeParse(query);
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, issues: issuesOf(parsed.error, query) };
}

const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `one of ${values.join(", ")}` });

const token = "a token out of the next of an earlier reply";

const listQuery = exactly({
  pair: z.string().optional(),
  phase: oneOf(phases).optional(),
  outcome: oneOf(outcomes).optional(),
  top: top.default(20),
  active: z.literal("true", { error: '"true"' }).optional(),
  after: z
    .string({ error: token })
    .transform((text, context) => {
      const entry = parseListToken(text);
      if (entry) return entry;
      context.addIssue({ code: "custom", message: token });
      return z.NEVER;
    })
    .optional(),
});

export type ListQuery = z.infer<typeof listQuery>;

const NAMES_SHOWN = 20;

/** The query of GET /api/promotions, where these pairs are configured. */
export function parseListQuery(
  query: Readonly<Record<string, string>>,
  pairs: readonly string[],
): Parsed<ListQuery> {
  const parsed = listQuery.safeParse(query);
  const { pair } = query;
  const names = pairs.slice(0, NAMES_SHOWN).join(", ");
  const expectation =
    pairs.length > NAMES_SHOWN ? `one of the ${pairs.length} of GET /api/pairs` : `one of ${names}`;
  const issues = [
    ...(pair === undefined || pairs.includes(pair)
      ? []
      : [{ path: "$.pair", value: formatText(pair), expectation }]),
    ...(parsed.success ? [] : issuesOf(parsed.error, query)),
  ];
  return parsed.success && issues.length === 0 ? { ok: true, value: parsed.data } : { ok: false, issues };
}

/** A time in a query, ms since the epoch. Accepts a plus sign that was decoded as a space. */
export function parseAt(text: string): Parsed<number> {
  const query = { at: text.replace(/ (?=\d\d:\d\d$)/, "+") };
  const parsed = exactly({ at: instant }).safeParse(query);
  return parsed.success
    ? { ok: true, value: Date.parse(parsed.data.at) }
    : { ok: false, issues: issuesOf(parsed.error, query) };
}
