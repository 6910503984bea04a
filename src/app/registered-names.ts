/**
 * Every registered name, by trigger type. Durable state, messages under way and alert rules rely on them: never
 * change a name; add new ones here.
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
