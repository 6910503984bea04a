import { z } from "zod";
import { code, issue, outcome, prerequisite, reason, service, slot } from "./described";
import { time, phase, summary, readiness, plan, approval, promotion } from "./promotion-reply";

const changed = promotion.extend({ detail: z.string().optional().describe("What this call did.") });

const hold = z
  .strictObject({
    id: z.string(),
    since: time,
    by: z.string().optional().describe("The person who set it; absent when a promotion halted."),
    reason,
    requestId: z.string().optional().describe("The promotion that halted."),
  })
  .meta({ id: "hold" });

const pair = z
  .strictObject({
    name: z.string(),
    key: z.string().describe("Stays when the pair is renamed."),
    blue: z.string(),
    green: z.string(),
    timeZone: z.string(),
    lease: z
      .strictObject({ holder: z.string(), epoch: z.number().int(), since: time })
      .optional()
      .describe("The promotion that may swap now."),
    queue: z.array(z.strictObject({ requestId: z.string(), since: time })),
    holds: z.array(hold),
    attemptOpen: z.boolean().describe("A swap call is under way, or its result is not known yet."),
    underWay: z.array(z.string()).describe("The ids of the promotions under way."),
    released: z
      .strictObject({ at: time, by: z.string(), note: z.string() })
      .optional()
      .describe("The last release of a hold."),
  })
  .meta({ id: "pair" });

const readService = z
  .union([
    z.strictObject({ read: z.enum(["absent", "denied", "throttled", "unavailable"]), detail: z.string() }),
    z.strictObject({
      read: z.literal("found"),
      id: z.string(),
      name: z.string(),
      slot: slot.optional(),
      version: z.string().optional(),
      provisioningState: z.string().optional(),
      location: z.string().optional(),
      findings: z.array(z.string()).describe("What Azure's reply lacked."),
      readiness,
    }),
  ])
  .meta({ id: "service-read" });

const retirement = z.strictObject({ date: z.string(), daysLeft: z.number().int(), warning: z.string() });

const closedReason = z.strictObject({
  code: z.enum([
    ...["not-before", "request-expired", "outside-window", "denied-window"],
    ...["frozen", "freeze-unreadable", "on-hold", "pair-removed"],
  ] as const),
  detail: z.string(),
  until: time.optional(),
});
const openWindow = z
  .strictObject({ at: time, open: z.literal(true), closesAt: time.optional() })
  .meta({ id: "open-window" });
const closedWindow = z
  .strictObject({
    at: time,
    open: z.literal(false),
    reasons: z.array(closedReason).describe("Every reason at once."),
    nextOpensAt: time.optional(),
    expiresFirst: time.optional().describe("The request expires before the window opens."),
  })
  .meta({ id: "closed-window" });
const named = { pair: z.string(), timeZone: z.string() };

const step = z
  .strictObject({
    what: z.enum(["acceptance", "capacity", "approval", "window", "hold", "queue", "readiness"]),
    detail: z.string(),
    code: code.optional().describe("Only where the promotion would end here, or somebody has to act."),
    remedy: z.string().optional(),
  })
  .meta({ id: "step" });
const judged = { readAt: time, window: z.union([openWindow, closedWindow]) };
const services = { incoming: service.optional(), outgoing: service.optional() };

const schedule = z
  .strictObject({
    pair: z.string(),
    name: z.string(),
    cron: z.string(),
    zone: z.string(),
    promote: z.enum(["blue", "green", "staging"]),
    expect: z.strictObject({ version: z.string() }).optional(),
    reason: z.string(),
    paused: z.strictObject({ by: z.string(), note: z.string(), since: time }).optional(),
    nextRuns: z.array(time),
    lastRun: z
      .strictObject({ id: z.string(), at: time, phase: phase.optional(), outcome: outcome.optional() })
      .optional(),
  })
  .meta({ id: "schedule" });

const openAttempt = z.strictObject({
  requestId: z.string(),
  direction: z.enum(["forward", "rollback"]),
  claimedAt: time,
  effectUntil: time.describe("It may take effect until then."),
});
const heldPair = z
  .strictObject({
    pair: z.string(),
    state: z.string().describe("held; otherwise why not."),
    effect: z.string().optional().describe("What the hold stops."),
    holdsFrom: time.optional().describe("Nothing is sent from then on."),
    openAttempt: openAttempt.optional(),
    holds: z.array(hold).optional(),
  })
  .meta({ id: "pair-hold" });
const release = z
  .strictObject({
    pair: z.string(),
    by: z.string(),
    note: z.string(),
    at: time,
    holds: z.array(hold),
  })
  .meta({ id: "release" });

const cancelled = z
  .strictObject({
    requestId: z.string(),
    result: z.enum(["cancelled", "not-acknowledged", "attempt-open", "cancel-too-late", "already-concluded"]),
    reason: reason.optional(),
    links: z.strictObject({ self: z.string() }),
  })
  .meta({ id: "cancel" });

/** The JSON body of each successful reply, by the name of its route. `getAudit` answers with JSON Lines (docs/audit.md). */
export const replies = {
  postPromotion: promotion.extend({
    nextStep: z.string().optional(),
    links: z.strictObject({ self: z.string(), cancel: z.string(), rollback: z.string() }),
  }),
  listPromotions: z.strictObject({
    value: z.array(summary),
    next: z.string().optional().describe("The path of the next page."),
  }),
  getPromotion: changed,
  cancelPromotion: changed,
  postApproval: z.strictObject({
    vote: z.literal("counted"),
    detail: z.string(),
    approval: approval.optional(),
  }),
  orderRollback: promotion,
  postPlan: z.union([
    z.strictObject({ verdict: z.literal("planned"), ...judged, plan, stillToDo: z.array(step) }),
    z.strictObject({ verdict: z.literal("unchanged"), ...judged, reason, ...services }),
    z.strictObject({
      verdict: z.literal("refused"),
      ...judged,
      reason,
      ...services,
      prerequisites: z.array(prerequisite),
    }),
  ]),
  listPairs: z.strictObject({ value: z.array(pair) }),
  getPair: pair.extend({
    readAt: time,
    services: z.strictObject({ blue: readService, green: readService }),
    policy: z.unknown().describe("As the pairs file would say it with every default, credentials masked."),
    retirement,
  }),
  cancelPromotions: z.strictObject({
    pair: z.string(),
    cancelled: z.number().int(),
    value: z.array(cancelled),
  }),
  putHold: z.strictObject({
    id: z.string(),
    holdsFrom: time.optional().describe("Nothing is sent at any of these pairs from then on."),
    pairs: z.array(heldPair),
  }),
  deleteHold: z.union([
    pair.omit({ released: true }).extend({ released: release }),
    z.strictObject({ released: z.array(release) }),
  ]),
  getWindow: z.union([openWindow.extend(named), closedWindow.extend(named)]),
  listSchedules: z.strictObject({ value: z.array(schedule) }),
  pauseSchedule: schedule,
  resumeSchedule: schedule,
  getHealth: z.union([
    z.strictObject({ status: z.literal("ok"), retirement }),
    z.strictObject({
      status: z.enum(["ok", "degraded"]),
      retirement,
      record: z.enum(["reachable", "unreachable"]).describe("Whether the promotion records can be read."),
      pairs: z.number().int(),
    }),
  ]),
};

/** The body of every error: problem details with our members (https://www.rfc-editor.org/rfc/rfc9457). */
export const problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string(),
  instance: z.string().describe("Stands in the log of the app."),
  code: code.describe("Stable: safe to decide on."),
  remedy: z.string(),
  issues: z.array(issue).optional().describe("Every mistake of the request."),
  nextStep: z.string().optional(),
  mayStillTakeEffect: z
    .literal(true)
    .optional()
    .describe("It was sent, and was not seen to be stored in time."),
  usuallyBy: time.optional(),
  promotion: z.string().optional().describe("The path of the promotion that has the id."),
  id: z.string().optional().describe("The id of the hold."),
  pairs: z.array(heldPair).optional(),
  released: z.array(release).optional(),
  pair: z.string().optional(),
  value: z.array(cancelled).optional(),
});
