/** One kind of line in the log. */
interface LineRule {
  readonly level: "info" | "warn" | "error";
  /** Why the line exists, or what happens next. */
  readonly why: string;
  /** The functions whose info lines host.json lets through; absent: the line shows only at a more verbose log level. */
  readonly shownFrom?: readonly string[];
}

const retried = { level: "warn", why: "a fault; tried again" } as const;
const nextMinute = { level: "warn", why: "a fault; the next minute tries again" } as const;
const nextHour = { level: "warn", why: "a fault; the next hour tries again" } as const;

/** The functions that store an outcome. */
const concluding = ["publishCompletion", "reconciler", "scheduler", "acceptSwapRequest", "postPromotion"];

/**
 * Every line the app logs except alerts. Warnings and errors always show. Info lines show only from functions that
 * host.json opens, since Durable Functions traces a thousand info lines per promotion in the same categories
 * (https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-categories).
 */
export const logLines = {
  "a promotion ended": { level: "info", why: "one line per outcome", shownFrom: concluding },
  "a vote was counted": { level: "info", why: "who approved a swap", shownFrom: ["postApproval"] },
  "a vote was not counted": { level: "warn", why: "a mistake of a voter, or an attempt without permission" },
  "a pair was put on hold": { level: "warn", why: "the pair is blocked until a person releases the hold" },
  "a hold was released": { level: "info", why: "who unblocked the pair", shownFrom: ["deleteHold"] },
  "a promotion is cancelled": {
    level: "info",
    why: "who stopped it",
    shownFrom: ["cancelPromotion", "cancelPromotions"],
  },
  "a rollback was ordered": { level: "info", why: "who ordered it", shownFrom: ["orderRollback"] },
  "a schedule was paused": { level: "info", why: "who stopped it", shownFrom: ["pauseSchedule"] },
  "a schedule was resumed": { level: "info", why: "who resumed it", shownFrom: ["resumeSchedule"] },
  "a schedule started a promotion": {
    level: "info",
    why: "no caller asked for it",
    shownFrom: ["scheduler"],
  },
  "a message was not accepted": {
    level: "info",
    why: "a mistake of the sender, who gets an event",
    shownFrom: ["acceptSwapRequest", "announceDeadLetter"],
  },
  "the reconciler acts on a promotion": {
    level: "info",
    why: "its run did not do so",
    shownFrom: ["reconciler"],
  },
  "promotions past their retention were reduced": {
    level: "info",
    why: "records when their details were deleted",
    shownFrom: ["retention"],
  },
  "a promotion past its retention could not be reduced": nextHour,
  "the retention of a pair could not be applied": nextHour,
  "a promotion progressed": {
    level: "info",
    why: "the timeline and the events of the promotion have it too",
  },
  "break-glass bypasses the deployment window": { level: "warn", why: "an operator overrides a rule" },
  "an attempt bypasses gate and deployment window": { level: "warn", why: "an operator overrides a rule" },
  "a caller without the permission was refused": { level: "warn", why: "an attack, or a missing app role" },
  "a caller without a valid token was refused": {
    level: "warn",
    why: "an attack, or a client with a wrong configuration",
  },
  "a freeze calendar could not be read": { level: "warn", why: "if this lasts, it counts as frozen" },
  "a completion event could not be published yet": retried,
  "a progress event was lost": { level: "warn", why: "a fault; subscribers miss one step" },
  "a claim could not be sent or read back yet": retried,
  "a call of Resource Manager got no reply": {
    level: "warn",
    why: "a fault; the verdict only names the fault",
  },
  "the reads before the PUT failed; nothing is sent": { level: "warn", why: "a fault; the attempt is over" },
  "the PUT ended without a reply": { level: "warn", why: "a fault; later reads settle the attempt" },
  "an attempt's verdict could not be written into its claim": {
    level: "warn",
    why: "a fault; settling takes longer",
  },
  "an operation cannot be followed": {
    level: "warn",
    why: "reads of both services settle the attempt, later",
  },
  "a new address of an operation is not followed": {
    level: "warn",
    why: "the previous address stays in use",
  },
  "the address of an operation could not be stored yet": retried,
  "the address of an operation could not be read back yet": retried,
  "the state of an operation could not be stored": {
    level: "warn",
    why: "a fault; the next poll reads it again",
  },
  "an attempt's policy could not be read": { level: "warn", why: "a fault; a longer time is reported" },
  "the next promotion in the queue could not be woken": {
    level: "warn",
    why: "a fault; it waits for its timer",
  },
  "promotions were not woken": { level: "warn", why: "storage is slow or unavailable; they wait for timers" },
  "progress events of holds were lost": {
    level: "warn",
    why: "the broker is slow or unavailable; subscribers miss one step",
  },
  "a wake-up was lost; a timer replaces it": { level: "warn", why: "a fault; the wait takes longer" },
  "a pair could not be reconciled": nextMinute,
  "some pairs were not handled this time": {
    level: "warn",
    why: "storage or broker are slow; the next minute continues there",
  },
  "a promotion could not be reconciled": nextMinute,
  "the schedules of a pair could not be processed": nextMinute,
  "a schedule could not start its promotion": nextMinute,
  "a pair did not acknowledge in time": { level: "warn", why: "a fault; the caller gets an error" },
  "a call was not acknowledged in time": { level: "warn", why: "a fault; the caller gets an error" },
  "a call could not be answered": { level: "warn", why: "a fault; the caller may try again" },
  "a call ended in an unexpected fault": { level: "error", why: "a bug" },
  "a function failed": { level: "warn", why: "the host logs the error without its causes" },
} as const satisfies Readonly<Record<string, LineRule>>;

type Lines = typeof logLines;

/** The messages that are logged at a level. */
export type LogLine<Level extends LineRule["level"]> = {
  [Message in keyof Lines]: Lines[Message]["level"] extends Level ? Message : never;
}[keyof Lines];
