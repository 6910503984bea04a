import { z } from "zod";
import { outcomes } from "../domain/kernel/outcome";
import { type Code, codes } from "../domain/kernel/reason-codes";
import { type PrerequisiteCode, prerequisiteTitles } from "../domain/plan/plan";
import { outcomeKinds } from "../domain/swap/attempt";

// Shared by events and replies of the HTTP API.

/** An enum of a table's keys. */
function keyOf<Key extends string>(table: Readonly<Record<Key, unknown>>) {
  return z.enum(Object.keys(table) as [Key, ...Key[]]);
}

export const code = keyOf<Code>(codes).meta({ id: "code" });
export const side = z.enum(["blue", "green"]);
export const slot = z.enum(["production", "staging"]);
export const outcome = z.enum(outcomes).meta({ id: "outcome" });

export const reason = z
  .strictObject({
    code: code.describe("Stable: safe to decide on."),
    detail: z.string(),
    remedy: z.string().describe("What a person can do about it."),
  })
  .meta({ id: "reason", description: "Why, by a stable code, for machines and people." });

export const service = z
  .strictObject({
    side,
    id: z.string(),
    name: z.string(),
    version: z.string().optional(),
  })
  .meta({ id: "service" });

export const prerequisite = z
  .strictObject({
    code: keyOf<PrerequisiteCode>(prerequisiteTitles).describe("What is judged. Stable: safe to decide on."),
    title: z.string(),
    verdict: z.enum(["met", "warned", "broken"]),
    basis: z.enum(["documented", "inferred", "unknown", "policy"]),
    evidence: z.string(),
    failure: code.optional().describe("How it failed: the code of the refusal."),
    remedy: z.string().optional(),
  })
  .meta({ id: "prerequisite" });

export const requester = z
  .strictObject({
    kind: z
      .enum(["person", "application", "schedule", "declared"])
      .describe(
        "person, application: from a verified token; schedule: from the pairs file; declared: what the sender says.",
      ),
    name: z.string(),
    oid: z.string().optional().describe("Object id of a verified caller."),
    declaredName: z
      .string()
      .optional()
      .describe("What the request says instead of the verified caller's name."),
  })
  .meta({ id: "requester" });

export const omitted = z.number().int().optional().describe("How many entries before this one are left out.");

export const verdict = z
  .strictObject({
    kind: z
      .enum(outcomeKinds)
      .describe("What Azure answered, why nothing was sent, or why there was no claim."),
    code: z.string().optional().describe("Azure's error code, or why the claim was refused."),
    httpStatus: z.number().int().optional(),
    detail: z.string().optional(),
    correlationId: z.string().optional().describe("Azure's, to ask its support with."),
    text: z.string(),
  })
  .meta({ id: "verdict", description: "The result of the call; the text says the same in one line." });

export const chainHead = z
  .strictObject({ entries: z.number().int(), head: z.string() })
  .meta({ id: "chain-head" });

/** What was measured of new production, with times of this format. */
export function soakWith<Time extends z.ZodType>(time: Time) {
  return z.strictObject({
    since: time,
    until: time,
    checks: z.number().int(),
    failures: z.number().int(),
    last: z.array(
      z.strictObject({
        name: z.string(),
        verdict: z.enum(["pass", "failure", "error", "unsteady"]),
        detail: z.string(),
      }),
    ),
  });
}

/** Why a promotion was rolled back, with times of this format. */
export function rollbackWith<Time extends z.ZodType>(time: Time) {
  return z.strictObject({
    cause: z.enum(["regression", "person"]),
    by: z.string(),
    oid: z.string().optional().describe("Object id of the person who ordered it."),
    note: z.string(),
    at: time,
  });
}
/** One swap call, with times of this format. */
export function attemptWith<Time extends z.ZodType>(time: Time) {
  return z.strictObject({
    n: z.number().int(),
    at: time,
    direction: z.literal("rollback").optional(),
    verdict,
    evidence: z.string().optional().describe("What was seen before and did not stand in its way."),
    omitted,
  });
}

export const issue = z
  .strictObject({ path: z.string(), value: z.string(), expectation: z.string() })
  .meta({ id: "issue" });
