import { z } from "zod";
import { phases } from "../domain/kernel/outcome";
import { waitKinds } from "../domain/promotion/waiting";
import {
  attemptWith,
  chainHead,
  code,
  omitted,
  outcome,
  prerequisite,
  reason,
  requester,
  rollbackWith,
  service,
  side,
  soakWith,
} from "./described";

// A promotion as the replies of the HTTP API show it.

export const time = z
  .strictObject({ utc: z.iso.datetime(), local: z.string().describe("In the time zone of the pair.") })
  .meta({ id: "time", description: "A time, in UTC and as people at the pair read it." });

export const phase = z.enum(phases).meta({ id: "phase" });

export const summary = z
  .strictObject({
    id: z.string().describe("The id of the request."),
    pair: z.string().describe("The pair's name when the request was accepted."),
    phase: phase.describe("Where the promotion stands."),
    outcome: outcome.optional().describe("How it ended; absent while it is under way."),
    code: code.optional().describe("Why it ended so. Stable: safe to decide on."),
    requestedBy: requester.optional(),
    requestReason: z.string().optional(),
    acceptedAt: time,
    concludedAt: time.optional(),
  })
  .meta({ id: "promotion-summary" });

const instance = z.strictObject({
  name: z.string(),
  role: z.string().optional(),
  state: z.string().describe("As Azure names it."),
  verdict: z.enum(["ready", "not-yet", "never"]),
  reason: z.string(),
});

export const readiness = z
  .strictObject({
    side,
    verdict: z.enum(["ready", "not-yet", "never"]),
    total: z.number().int().describe("Role instances of the service."),
    ready: z.number().int(),
    instances: z.array(instance),
    problems: z.array(z.string()).describe("What else stands in the way."),
    observedAt: time.optional().describe("Absent when the service could not be read."),
    text: z.string().describe("The same in one line."),
  })
  .meta({ id: "readiness" });

export const plan = z
  .strictObject({
    hash: z.string().describe("Approvals are for this hash."),
    plannedAt: time,
    incoming: service,
    outgoing: service,
    rollbackOutlook: z
      .strictObject({
        kind: z.enum(["automatic", "by-order", "none"]),
        detail: z.string(),
        warnings: z.array(reason),
      })
      .optional()
      .describe("Whether a regression would be rolled back."),
    prerequisites: z.array(prerequisite).describe("Every condition of the swap, judged."),
  })
  .meta({ id: "plan" });

export const approval = z
  .strictObject({
    state: z.enum(["waiting", "granted", "rejected", "expired", "undecided"]),
    detail: z.string(),
    quorum: z.number().int(),
    asked: z.number().int().describe("How often people were asked, because plans changed."),
    askedAt: time,
    until: time,
    validUntil: time.optional(),
    planHash: z.string(),
    planChange: z.string().optional().describe("What differs from the plan that was asked about before."),
    votes: z.array(
      z.strictObject({
        name: z.string(),
        oid: z.string(),
        decision: z.enum(["approve", "reject"]),
        comment: z.string(),
        at: time,
      }),
    ),
    requestedBy: requester.optional(),
    approvers: z.string().optional().describe("Who may approve."),
    toApprove: z.string().optional().describe("What an approver agrees to."),
    command: z.string().optional().describe("A call that approves this plan."),
  })
  .meta({ id: "approval" });

export const promotion = summary.extend({
  promote: z.enum(["blue", "green", "staging"]),
  expect: z.strictObject({ version: z.string() }).optional(),
  notBefore: time.optional(),
  expiresAt: time.optional(),
  reason: reason.optional(),
  waitingFor: z
    .strictObject({
      what: z.enum(waitKinds),
      detail: z.string(),
      since: time,
      until: time,
      endsWith: z.string().describe("What ends this wait before that."),
    })
    .optional(),
  nextAction: z.string().describe("What happens next, or what a person can do."),
  readiness: z.array(readiness).describe("The last check of both services."),
  plan: plan.optional(),
  approval: approval.optional(),
  breakGlass: z
    .strictObject({ by: z.string().optional(), oid: z.string().optional(), reason: z.string() })
    .optional(),
  attempts: z.array(attemptWith(time)).describe("Every swap call and its result."),
  irreversible: z.boolean().optional(),
  soak: soakWith(time).optional(),
  rollback: rollbackWith(time).optional(),
  timeline: z.array(z.strictObject({ at: time, phase, note: z.string().optional(), omitted })),
  audit: chainHead.optional().describe("Where its audit chain ends."),
  announcedAt: time.optional().describe("When its completion event was sent."),
  reduced: z.literal(true).optional().describe("Past its retention: only the outcome is kept."),
});
