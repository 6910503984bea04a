import { scheduledId } from "../../../src/domain/policy/schedule";
import type { Dice } from "../world/dice";
import { pairKeyIn } from "../world/pair-ids";
import { START } from "../world/start";
import { votesOn } from "./random-votes";
import { scheduled, weekly } from "./themes-by-the-clock";
import { shut } from "./themes-of-break-glass";
import type { Request } from "./user-actions";
import type { UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
/** Readiness takes half a minute and the swap some seconds; then the soak starts. */
const SOAKS_FROM = 40;

type Use = (plan: WorldPlan, dice: Dice) => Partial<WorldPlan>;

/** Adds a use to a small world: approvals, deployment windows, soaks, holds, schedules. */
export function putToUse(plan: WorldPlan, dice: Dice): WorldPlan {
  const used = { ...plan, ...dice.pick(uses)(plan, dice) };
  return { ...used, userActions: [...used.userActions].sort((a, b) => a.at - b.at) };
}

const uses: readonly Use[] = [
  approved,
  approved,
  watched,
  watched,
  watched,
  opened,
  opened,
  onHold,
  withBreakGlass,
  byTheClock,
  byTheClock,
];

/** People must approve: in time, late, twice, for another plan, or not at all. */
function approved(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const approval = {
    quorum: dice.between(1, 2),
    deadlineMs: dice.pick([2, 5]) * MINUTE,
    validForMs: dice.pick([1, 20]) * MINUTE,
  };
  return {
    approval,
    userActions: [...plan.userActions, ...votesOn(dice, "r1", 2 * SECOND, [20 * SECOND, 3 * MINUTE])],
  };
}

/** A soak: production stays healthy, becomes unhealthy, or does not answer, or a person orders the rollback. */
function watched(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const soak = {
    forMs: 30 * SECOND,
    probed: dice.chance(0.8),
    asksStaging: dice.chance(0.2),
    rollback: dice.chance(0.8) ? "automatic" : "never",
  } as const;
  const at = (SOAKS_FROM + dice.between(0, 40)) * SECOND;
  const sick = (how: "failure" | "error", forMs: number): UserAction => ({
    ...{ at, kind: "sick", pair: "shop", side: dice.chance(0.8) ? "green" : "blue", how, forMs },
  });
  const happens = dice.pick<readonly UserAction[]>([
    [],
    [sick("failure", 30 * MINUTE)],
    [sick("failure", 30 * MINUTE)],
    [sick("error", dice.pick([20 * SECOND, 5 * MINUTE]))],
    [{ at, kind: "rollback", request: "r1" }],
  ]);
  const userActions = plan.userActions.map((userAction) =>
    userAction.kind === "request" && dice.chance(0.2) ? { ...userAction, irreversible: true } : userAction,
  );
  return { soak, userActions: [...userActions, ...happens] };
}

/** Swaps may not start yet, or no longer. */
function opened(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const from = dice.between(0, 40) * SECOND;
  const span = { from, to: from + dice.between(1, 4) * MINUTE };
  if (dice.chance(0.3)) return { userActions: later(plan.userActions, dice.between(10, 120) * SECOND) };
  return {
    window: dice.pick([
      { allow: { everyMinutes: 5, forMs: dice.between(30, 120) * SECOND } },
      { freeze: span },
      { feed: { ...span, readableAfter: dice.pick([0, 2 * MINUTE]) } },
    ]),
  };
}

function later(userActions: readonly UserAction[], notBeforeIn: number): UserAction[] {
  return userActions.map((userAction) =>
    userAction.kind === "request" ? { ...userAction, notBeforeIn } : userAction,
  );
}

/** A person sets a hold. */
function onHold(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const at = dice.between(0, 50) * SECOND;
  return {
    userActions: [
      ...plan.userActions,
      { at, kind: "hold", pair: "shop", forMs: dice.between(20, 240) * SECOND, all: dice.chance(0.3) },
    ],
  };
}

/** No approval and no open window; a person uses break-glass, with or without permission. */
function withBreakGlass(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const breakGlass = dice.pick(["operator", "operator", "operator", "requester", "application"] as const);
  const asked = (userAction: Request): Request => ({ ...userAction, channel: "http", breakGlass });
  return {
    ...shut,
    approval: { ...shut.approval, deadlineMs: 2 * MINUTE },
    userActions: plan.userActions.map((userAction) =>
      userAction.kind === "request" ? asked(userAction) : userAction,
    ),
  };
}

/** A schedule requests it, and the events of a request occur around its time. */
function byTheClock(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const minute = dice.between(2, 4);
  const request = scheduledId(pairKeyIn("shop"), START + minute * MINUTE);
  const promote = dice.pick(["green", "green", "staging", "blue"] as const);
  const away: UserAction[] = dice.chance(0.4)
    ? [
        {
          at: (minute - 1) * MINUTE + dice.between(1, 110) * SECOND,
          kind: "kill",
          downMs: dice.between(1, 300) * SECOND,
        },
      ]
    : [];
  const userActions = plan.userActions.flatMap((userAction): UserAction[] => {
    if (userAction.kind === "request") return [];
    const at = userAction.kind === "arm-fault" ? userAction.at : userAction.at + minute * MINUTE;
    return ["cancel", "terminate"].includes(userAction.kind)
      ? [{ ...userAction, at, request } as UserAction]
      : [{ ...userAction, at }];
  });
  return {
    ...scheduled([{ ...weekly([minute]), promote }], dice.pick([2, 4, 12])),
    chances: { ...plan.chances, client: Math.max(plan.chances.client, dice.pick([0, 0.1])) },
    userActions: [...userActions, ...away],
  };
}
