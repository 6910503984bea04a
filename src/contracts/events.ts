import { z } from "zod";
import { codes, type Code } from "../domain/codes";
import { eventTypes } from "../domain/events";

const reason = z.strictObject({
  code: z.enum(Object.keys(codes) as [Code, ...Code[]]),
  detail: z.string(),
  remedy: z.string(),
});
const service = z.strictObject({
  side: z.enum(["blue", "green"]),
  id: z.string(),
  name: z.string(),
  version: z.string().optional(),
});
const prerequisite = z.strictObject({
  code: z.enum(Object.keys(codes) as [Code, ...Code[]]),
  title: z.string(),
  verdict: z.enum(["met", "warned", "broken"]),
  basis: z.enum(["documented", "inferred", "unknown", "policy"]),
  evidence: z.string(),
  remedy: z.string().optional(),
});
const finalRead = z.strictObject({
  id: z.string(),
  side: z.string(),
  observedAt: z.iso.datetime(),
  slot: z.enum(["production", "staging"]).optional(),
  provisioningState: z.string().optional(),
  version: z.string().optional(),
  publicIp: z
    .strictObject({ id: z.string(), address: z.string().optional(), frontendId: z.string().optional() })
    .optional(),
});

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
    requestId: z.string(),
    pair: z.string(),
    outcome: z.enum([
      "promoted",
      "unchanged",
      "refused",
      "rejected",
      "expired",
      "cancelled",
      "swapped-back",
      "halted",
    ]),
    reason,
    waitingFor: z.enum(["turn", "readiness", "planning"]).optional(),
    requestedBy: z.string(),
    requestReason: z.string(),
    incoming: service.nullable(),
    outgoing: service.nullable(),
    planHash: z.string().nullable(),
    phases: z.array(z.strictObject({ phase: z.string(), at: z.iso.datetime(), note: z.string().optional() })),
    prerequisites: z.array(prerequisite),
    attempts: z.array(
      z.strictObject({
        n: z.number().int(),
        at: z.iso.datetime(),
        verdict: z.string(),
        correlationId: z.string().optional(),
      }),
    ),
    finalRead: z.strictObject({ incoming: finalRead.nullable(), outgoing: finalRead.nullable() }).nullable(),
  }),
);

/** Best-effort news of a step. */
export const progressEventSchema = event(
  eventTypes.progressed,
  z.strictObject({
    requestId: z.string(),
    pair: z.string(),
    step: z.enum([
      "accepted",
      "planned",
      "turn-taken",
      "ready",
      "swap-started",
      "swapped",
      "hold-set",
      "hold-released",
    ]),
    detail: z.string(),
  }),
);

/** The answer to a message that never becomes a promotion. */
export const notAcceptedEventSchema = event(
  eventTypes.notAccepted,
  z.strictObject({
    reason,
    complaints: z.array(z.strictObject({ path: z.string(), value: z.string(), expectation: z.string() })),
    requestId: z.string().nullable(),
    message: z.strictObject({
      queue: z.string(),
      messageId: z.string(),
      sequenceNumber: z.string(),
      deadLetterReason: z.string().optional(),
    }),
    body: z.strictObject({ length: z.number().int(), sha256: z.string(), excerpt: z.string() }),
  }),
);
