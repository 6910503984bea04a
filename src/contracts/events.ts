import { z } from "zod";
import { eventTypes } from "../domain/promotion/events";
import {
  attemptWith,
  chainHead,
  issue,
  omitted,
  outcome,
  prerequisite,
  reason,
  requester,
  rollbackWith,
  service,
  slot,
  soakWith,
} from "./described";

const finalRead = z.strictObject({
  id: z.string(),
  side: z.string(),
  observedAt: z.iso.datetime(),
  slot: slot.optional(),
  provisioningState: z.string().optional(),
  version: z.string().optional(),
  publicIp: z
    .strictObject({ id: z.string(), address: z.string().optional(), frontendId: z.string().optional() })
    .optional(),
});

const time = z.iso.datetime();

function event<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.strictObject({
    specversion: z.literal("1.0"),
    id: z.string(),
    source: z.literal("urn:cloud-service-swap"),
    type: z.literal(type),
    subject: z.string(),
    time: z.iso.datetime(),
    datacontenttype: z.literal("application/json"),
    data,
  });
}

/** The one event that announces an outcome. */
export const completionEventSchema = event(
  eventTypes.completed,
  z.strictObject({
    requestId: z.string().describe("The id of the request."),
    pair: z.string().describe("The pair's name when the request was accepted."),
    pairKey: z
      .string()
      .optional()
      .describe(
        "What stays when the pair is renamed: the key of its audit chain; absent: there was no such pair.",
      ),
    outcome: outcome.describe("How the promotion ended; it never changes."),
    reason: reason.describe("Why it ended so, by a stable code."),
    waitingFor: z
      .enum(["gate", "window", "queue", "readiness", "planning"])
      .optional()
      .describe("Of an expired promotion: what it waited for."),
    requestedBy: requester.describe("Who asked, and how far that is known."),
    requestReason: z.string().describe("Why it was asked for."),
    incoming: service.nullable().describe("The service that was to hold production."),
    outgoing: service.nullable().describe("The service that held production when planned."),
    planHash: z.string().nullable().describe("Of the plan that was carried out; null when none was made."),
    phases: z
      .array(
        z.strictObject({
          phase: z.string(),
          at: z.iso.datetime(),
          note: z.string().optional(),
          omitted,
        }),
      )
      .describe("Every phase in the order it was entered; of very many the middle is left out, and counted."),
    prerequisites: z
      .array(prerequisite)
      .describe("The conditions that were not met, with evidence and remedy."),
    attempts: z
      .array(attemptWith(time))
      .describe(
        "Every swap call, and what came of it; of more than four the middle is left out, and counted.",
      ),
    soak: soakWith(time)
      .optional()
      .describe("What was measured of new production; absent when it was not watched."),
    rollback: rollbackWith(time).optional().describe("Why it was to be rolled back; absent when it was not."),
    approvals: z
      .strictObject({
        planHash: z.string(),
        quorum: z.number().int(),
        asked: z.number().int().describe("How often people were asked, because plans changed."),
        decision: z.enum(["granted", "rejected", "expired", "undecided"]),
        votes: z.array(
          z.strictObject({
            oid: z.string(),
            name: z.string(),
            decision: z.enum(["approve", "reject"]),
            comment: z.string().optional(),
            at: z.iso.datetime(),
          }),
        ),
      })
      .optional()
      .describe("Who approved or rejected which plan; absent when nobody was asked."),
    breakGlass: z
      .strictObject({ oid: z.string(), name: z.string(), reason: z.string() })
      .optional()
      .describe("The operator who passed gate and deployment window, and why; absent when nobody did."),
    finalRead: z
      .strictObject({ incoming: finalRead.nullable(), outgoing: finalRead.nullable() })
      .nullable()
      .describe("The last read of both services before the outcome was stored; null when nothing was read."),
    audit: chainHead
      .extend({ pair: chainHead.nullable() })
      .optional()
      .describe(
        "Where its audit chain ends, and where its pair's stood when it was concluded; null: it never got into the line.",
      ),
  }),
);

/** Best-effort news of a step. */
export const progressEventSchema = event(
  eventTypes.progressed,
  z.strictObject({
    requestId: z
      .string()
      .nullable()
      .describe("The id of the request; null for news of a pair that concern no promotion."),
    pair: z.string().describe("The pair's name."),
    pairKey: z.string().optional().describe("With audit: the key of the pair's audit chain."),
    step: z
      .enum([
        "accepted",
        "planned",
        "approval-requested",
        "lease-acquired",
        "ready",
        "swap-started",
        "swapped",
        "soaking",
        "regression",
        "rollback-started",
        "rolled-back",
        "hold-set",
        "hold-released",
      ])
      .describe("What happened."),
    detail: z.string().describe("The same for people."),
    holdId: z.string().optional().describe("The hold that was set or released."),
    approval: z
      .strictObject({
        planHash: z.string(),
        quorum: z.number().int(),
        approvers: z.string(),
        until: z.iso.datetime(),
        requestedBy: requester,
      })
      .optional()
      .describe("Of approval-requested: what is to be approved, by whom, by when, and who asked for it."),
    audit: chainHead.optional().describe("Where the pair's audit chain ends, this decision included."),
  }),
);

/** The answer to a message that never becomes a promotion. */
export const notAcceptedEventSchema = event(
  eventTypes.notAccepted,
  z.strictObject({
    reason: reason.describe("Why the message was not accepted, by a stable code."),
    issues: z.array(issue).describe("Every mistake of the body, at most 50."),
    requestId: z.string().nullable().describe("Only when the body named a well-formed one."),
    message: z
      .strictObject({
        queue: z.string(),
        messageId: z.string(),
        sequenceNumber: z.string(),
        deadLetterReason: z.string().optional(),
      })
      .describe("The message that this answers."),
    body: z
      .strictObject({ length: z.number().int(), sha256: z.string(), excerpt: z.string() })
      .describe(
        "Of the body as the Functions host handed it over: bytes, SHA-256, and its beginning with credentials masked.",
      ),
    promotion: z.string().optional().describe("Of a conflict: the path of the promotion that has the id."),
  }),
);
