import { announceProgress, publishCompletion } from "./announce";
import { attemptSwap } from "./attempt-swap";
import { checkRoleState } from "./check-role-state";
import { followOperation } from "./follow-operation";
import { lookAtOpening } from "./look-at-opening";
import { planPromotion } from "./plan-promotion";
import { readTruth } from "./read-truth";
import { runProbes } from "./run-probes";
import { wakeNext } from "./wake-next";

/** Every activity under its registered name: one effect each, through ports, answering with a verdict. */
export const activities = {
  planPromotion,
  lookAtOpening,
  checkRoleState,
  attemptSwap,
  followOperation,
  readTruth,
  runProbes,
  publishCompletion,
  announceProgress,
  wakeNext,
};

export type Activities = typeof activities;
