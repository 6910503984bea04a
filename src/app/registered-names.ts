/**
 * Every registered name, by the type of its trigger. Durable state, messages under way and alert rules rely on them: a name
 * never changes, and a new one is added here.
 */
export const registeredNames = {
  orchestrationTrigger: ["promote", "wait"],
  entityTrigger: ["audit", "index", "operation", "pair", "promotion", "roster", "schedule"],
  activityTrigger: [
    ...["announceProgress", "attemptSwap", "checkRoleState", "checkWindow", "followOperation"],
    ...["planPromotion", "publishCompletion", "readObservedState", "runProbes", "wakeNext"],
  ],
  serviceBusTrigger: ["acceptSwapRequest", "announceDeadLetter"],
  timerTrigger: ["reconciler", "retention", "scheduler"],
  httpTrigger: [
    ...[
      "postPromotion",
      "getPromotion",
      "listPromotions",
      "cancelPromotion",
      "postApproval",
      "orderRollback",
    ],
    ...["listPairs", "getPair", "getWindow", "getAudit", "cancelPromotions", "putHold", "deleteHold"],
    ...["listSchedules", "pauseSchedule", "resumeSchedule", "postPlan", "getHealth", "unknownRoute"],
  ],
} as const;
