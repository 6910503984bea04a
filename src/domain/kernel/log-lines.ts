/** One kind of line in the log: how loud it is, and why. */
interface LineRule {
  readonly level: "info" | "warn" | "error";
  readonly why: string;
  /** The functions whose info lines host.json lets through for it; none: it is only seen by whoever turns up the level. */
  readonly shownFrom?: readonly string[];
}

/** Where promotions get their outcome: the runbook, and whoever refuses or finishes one without a run. */
const concluding = ["publishCompletion", "reconciler", "scheduler", "acceptSwapRequest", "postPromotion"];

/**
 * Every line the app logs, but for alerts, which are errors (`alerts.ts`). Warnings and errors come through everywhere.
 * Info lines come through where host.json opens `Function.<name>.User`, and Durable Functions' own tracing has the
 * category of the orchestration, entity or activity it traces: a thousand lines a promotion. So they are opened for the
 * functions it does not trace, and for the one activity that tells the outcome
 * (https://learn.microsoft.com/azure/azure-functions/configure-monitoring#configure-categories).
 */
export const logLines = {
  "a promotion ended": {
    level: "info",
    why: "one line per outcome; those that need a person are alerts besides",
    shownFrom: concluding,
  },
  "a vote was counted": { level: "info", why: "who let a swap pass", shownFrom: ["postApproval"] },
  "a vote was not counted": {
    level: "warn",
    why: "somebody believes to have voted, or should not have tried",
  },
  "the line is stopped": { level: "warn", why: "nothing of the pair moves until a person releases the hold" },
  "a hold was released": { level: "info", why: "who let the line move again", shownFrom: ["deleteHold"] },
  "a promotion is cancelled": {
    level: "info",
    why: "who stopped it",
    shownFrom: ["cancelPromotion", "cancelPromotions"],
  },
  "a rollback was ordered": { level: "info", why: "who sent production back", shownFrom: ["orderRollback"] },
  "a schedule was paused": {
    level: "info",
    why: "why nothing starts any more",
    shownFrom: ["pauseSchedule"],
  },
  "a schedule was resumed": { level: "info", why: "who lets it start again", shownFrom: ["resumeSchedule"] },
  "a schedule started a promotion": {
    level: "info",
    why: "nobody else asked for it",
    shownFrom: ["scheduler"],
  },
  "a message was not accepted": {
    level: "info",
    why: "the sender's mistake, and the sender is told by an event",
    shownFrom: ["acceptSwapRequest", "announceDeadLetter"],
  },
  "the reconciler steps in": { level: "info", why: "a run did not do it itself", shownFrom: ["reconciler"] },
  "promotions past their retention were reduced": {
    level: "info",
    why: "details are gone from here on, and this says when",
    shownFrom: ["retention"],
  },
  "a promotion past its retention could not be reduced": {
    level: "warn",
    why: "a fault; the next hour tries again",
  },
  "the retention of a pair could not be seen to": {
    level: "warn",
    why: "a fault; the next hour tries again",
  },
  "a promotion went on": {
    level: "info",
    why: "progress: the timeline of the promotion and its events have it",
  },
  "break-glass passes the deployment window": {
    level: "warn",
    why: "a rule is passed by an operator's word",
  },
  "an attempt passes gate and deployment window": {
    level: "warn",
    why: "a rule is passed by an operator's word",
  },
  "a caller without the permission was refused": { level: "warn", why: "an attack, or a missing app role" },
  "a caller without a valid token was refused": {
    level: "warn",
    why: "an attack, or a client that is set up wrongly",
  },
  "a freeze calendar could not be read": { level: "warn", why: "it counts as frozen when that lasts" },
  "a completion event could not be published yet": { level: "warn", why: "a fault; tried again" },
  "a progress event was lost": { level: "warn", why: "a fault; subscribers miss one step" },
  "a claim could not be sent or read back yet": { level: "warn", why: "a fault; tried again" },
  "a call of Resource Manager got no reply": { level: "warn", why: "a fault; the verdict has its name only" },
  "the reads before the PUT failed; nothing is sent": { level: "warn", why: "a fault; the attempt is over" },
  "the PUT ended without a reply": { level: "warn", why: "a fault; reads settle what became of it" },
  "an attempt's verdict could not be written into its claim": { level: "warn", why: "a fault; costs time" },
  "an operation cannot be followed": { level: "warn", why: "reads of both services tell without it, later" },
  "a new address of an operation is not followed": { level: "warn", why: "the one before goes on" },
  "the address of an operation could not be kept yet": { level: "warn", why: "a fault; tried again" },
  "the address of an operation could not be read back yet": { level: "warn", why: "a fault; tried again" },
  "what became of an operation could not be kept": { level: "warn", why: "a fault; the next poll tells it" },
  "an attempt's policy could not be read": { level: "warn", why: "a fault; a longer time is told" },
  "the next promotion in the queue could not be woken": { level: "warn", why: "a fault; costs one timer" },
  "promotions were not woken": { level: "warn", why: "storage is slow or away; costs one timer each" },
  "news of holds was lost": { level: "warn", why: "the broker is slow or away; subscribers miss one step" },
  "a wake-up was lost; a timer will do": { level: "warn", why: "a fault; costs one timer" },
  "a pair could not be looked after": { level: "warn", why: "a fault; the next minute tries again" },
  "some pairs were not handled this time": {
    level: "warn",
    why: "storage or broker are slow; the next minute goes on there",
  },
  "a promotion could not be looked after": { level: "warn", why: "a fault; the next minute tries again" },
  "the schedules of a pair could not be looked after": {
    level: "warn",
    why: "a fault; the next minute tries again",
  },
  "a schedule could not start its promotion": { level: "warn", why: "a fault; the next minute tries again" },
  "a pair did not acknowledge in time": { level: "warn", why: "a fault; the caller is told" },
  "a call was not acknowledged in time": { level: "warn", why: "a fault; the caller is told" },
  "a call could not be answered": { level: "warn", why: "a fault; the caller may try again" },
  "a call ended in an unexpected fault": { level: "error", why: "a bug" },
  "a function failed": { level: "warn", why: "the host tells it as an error, without its causes" },
} as const satisfies Readonly<Record<string, LineRule>>;

type Lines = typeof logLines;

/** The messages that are logged at a level. */
export type LogLine<Level extends LineRule["level"]> = {
  [Message in keyof Lines]: Lines[Message]["level"] extends Level ? Message : never;
}[keyof Lines];
