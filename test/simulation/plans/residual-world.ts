import { Dice } from "../world/dice";
import { randomWorld } from "./random-world";
import type { UserAction, Risk, WorldPlan } from "./world-plan";

const MINUTE = 60_000;
/** Longer than the time after which an attempt counts as lost: claim window, PUT timeout and operation deadline. */
const LONGER_THAN_PROOF = [18 * MINUTE, 25 * MINUTE, 60 * MINUTE] as const;

export type ResidualPlan = WorldPlan & { readonly risk: Risk };

/** A random world with one residual risk, and people who come late enough to meet its consequences. */
export function residualWorld(seed: number): ResidualPlan {
  const dice = new Dice(seed).fork("residual");
  const plan = randomWorld(seed);
  const risk = riskOf(dice, seed);
  return {
    ...plan,
    risk,
    userActions: [...plan.userActions, ...later(dice, risk)].sort((a, b) => a.at - b.at),
  };
}

function riskOf(dice: Dice, seed: number): Risk {
  const put = dice.pick([0, 0, 0, 1]);
  switch (seed % 3) {
    case 0:
      return { kind: "frozen before the write", put, forMs: dice.pick(LONGER_THAN_PROOF) };
    case 1:
      return { kind: "swapped by hand before the write", put };
    default:
      return { kind: "undone by hand before it was seen", put };
  }
}

function later(dice: Dice, risk: Risk): UserAction[] {
  switch (risk.kind) {
    case "frozen before the write":
      return [
        ...(dice.chance(0.5) ? [cancelOf("r1", dice.between(17, 30))] : []),
        ...(dice.chance(0.5) ? [requestOf(dice, dice.between(5, 30))] : []),
      ];
    case "swapped by hand before the write":
      return [];
    case "undone by hand before it was seen":
      return dice.chance(0.6) ? [lostReply(dice, risk.put)] : [];
  }
}

function cancelOf(request: string, minute: number): UserAction {
  return { at: minute * MINUTE, kind: "cancel", request };
}

function requestOf(dice: Dice, minute: number): UserAction {
  return {
    at: minute * MINUTE,
    kind: "request",
    request: "later",
    pair: "shop",
    promote: dice.pick(["blue", "green"]),
    channel: "queue",
    copies: 1,
    every: 0,
    otherContent: false,
  };
}

function lostReply(dice: Dice, put: number): UserAction {
  const answer = dice.pick<object>([
    { kind: "reset-after" },
    { kind: "operation", answer: dice.pick(["reset", "hang", 500]), effectAfter: dice.between(1, 100) },
  ]);
  return { at: 0, kind: "arm-fault", fault: { method: "PUT", skip: put, times: 1, answer } };
}
