import { announceProgress, publishCompletion } from "./announce";
import { attemptSwap } from "./attempt-swap";
import { checkRoleState } from "./check-role-state";
import { checkWindow } from "./check-window";
import { followOperation } from "./follow-operation";
import { planPromotion } from "./plan-promotion";
import { readObservedState } from "./read-observed-state";
import { runProbes } from "./run-probes";
import { wakeNext } from "./wake-next";

/** Every activity under its registered name. Each has one effect, through ports, and returns a verdict. */
export const activities = {
  planPromotion,
  checkWindow,
  checkRoleState,
  attemptSwap,
  followOperation,
  readObservedState,
  runProbes,
  publishCompletion,
  announceProgress,
  wakeNext,
};

export type Activities = typeof activities;
