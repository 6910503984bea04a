import { scheduledId } from "../../../src/domain/policy/schedule";
import type { Dice } from "../world/dice";
import { pairKeyIn } from "../world/pair-ids";
import { START } from "../world/start";
import { filesOf } from "./planned-schedules";
import type { UserAction, WorldPlan } from "./world-plan";

const MINUTE = 60_000;
/** Promotions of schedules expire soon. */
const SOON = [MINUTE / 2, MINUTE, 12 * MINUTE];

/** The approval rule of some worlds: quorum, deadline and validity. */
export function approvalIn(dice: Dice): NonNullable<WorldPlan["approval"]> {
  return {
    quorum: dice.between(1, 2),
    deadlineMs: dice.pick([5, 15, 40]) * MINUTE,
    validForMs: dice.pick([3, 20, 60]) * MINUTE,
  };
}

/** Votes early and late, repeated, without permission, or on other plans; usually enough of them. */
export function votesOn(
  dice: Dice,
  request: string,
  from = 0,
  within: readonly number[] = [MINUTE, 12 * MINUTE],
): UserAction[] {
  return Array.from({ length: dice.between(1, 5) }, (): UserAction => {
    const by = dice.pick(["ann", "ann", "bob", "bob", "cleo", "oid-1", "robot"]);
    return {
      at: from + dice.between(0, dice.pick(within)),
      kind: "vote",
      request,
      by,
      application: by === "robot",
      decision: dice.chance(0.12) ? "reject" : "approve",
      stale: dice.chance(0.1),
    };
  });
}

/**
 * In many worlds with schedules people must approve, and vote on most of the promotions that schedules or others
 * start.
 */
export function askedByTheClock(plan: WorldPlan, dice: Dice): WorldPlan {
  if (!plan.schedules) return plan;
  const approval = plan.approval ?? (dice.chance(0.3) ? approvalIn(dice) : undefined);
  if (!approval) return plan;
  const isVotedOn = new Set(
    plan.userActions.flatMap((userAction) => (userAction.kind === "vote" ? [userAction.request] : [])),
  );
  const votes = [...startsOf(plan)].flatMap(([request, at]) =>
    !isVotedOn.has(request) && dice.chance(0.9) ? votesOn(dice, request, at, SOON) : [],
  );
  return { ...plan, approval, userActions: [...plan.userActions, ...votes].sort((a, b) => a.at - b.at) };
}

/** When each promotion starts that is sent, or that a schedule may start: one per pair and time, in any file. */
function startsOf(plan: WorldPlan): ReadonlyMap<string, number> {
  const sent = plan.userActions.flatMap((userAction) =>
    userAction.kind === "request" ? [[userAction.request, userAction.at] as const] : [],
  );
  const scheduled = filesOf(plan).flatMap((file) =>
    Object.entries(file).flatMap(([pair, all]) =>
      all.flatMap(({ minutes }) =>
        minutes.map(
          (minute) => [scheduledId(pairKeyIn(pair), START + minute * MINUTE), minute * MINUTE] as const,
        ),
      ),
    ),
  );
  return new Map([...sent, ...scheduled]);
}
