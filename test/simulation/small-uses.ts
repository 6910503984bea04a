import { scheduledId } from "../../src/domain/schedule";
import { pairKeyIn } from "./pair-ids";
import type { Request } from "./deeds";
import type { Dice } from "./dice";
import { votesOn } from "./random-votes";
import { START } from "./start";
import { scheduled, weekly } from "./themes-by-the-clock";
import { shut } from "./themes-of-the-glass";
import type { Deed, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
/** Readiness takes half a minute, the swap some seconds: then new production is watched. */
const SOAKS_FROM = 40;

type Use = (plan: WorldPlan, dice: Dice) => Partial<WorldPlan>;

/** Puts a small world to another use than the plain promotion that it is: people, openings, watches, holds, the clock. */
export function putToUse(plan: WorldPlan, dice: Dice): WorldPlan {
  const used = { ...plan, ...dice.pick(uses)(plan, dice) };
  return { ...used, deeds: [...used.deeds].sort((a, b) => a.at - b.at) };
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

/** People must agree: they do so in time, late, twice, about another plan, or not at all. */
function approved(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const approval = {
    quorum: dice.between(1, 2),
    deadlineMs: dice.pick([2, 5]) * MINUTE,
    validForMs: dice.pick([1, 20]) * MINUTE,
  };
  return { approval, deeds: [...plan.deeds, ...votesOn(dice, "r1", 2 * SECOND, [20 * SECOND, 3 * MINUTE])] };
}

/** New production is watched: it stays well, falls sick, cannot be asked, or a person wants it back. */
function watched(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const soak = {
    forMs: 30 * SECOND,
    probed: dice.chance(0.8),
    asksStaging: dice.chance(0.2),
    swapBack: dice.chance(0.8) ? "automatic" : "never",
  } as const;
  const at = (SOAKS_FROM + dice.between(0, 40)) * SECOND;
  const sick = (how: "failure" | "error", forMs: number): Deed => ({
    ...{ at, kind: "sick", pair: "shop", side: dice.chance(0.8) ? "green" : "blue", how, forMs },
  });
  const happens = dice.pick<readonly Deed[]>([
    [],
    [sick("failure", 30 * MINUTE)],
    [sick("failure", 30 * MINUTE)],
    [sick("error", dice.pick([20 * SECOND, 5 * MINUTE]))],
    [{ at, kind: "swap-back", request: "r1" }],
  ]);
  const deeds = plan.deeds.map((deed) =>
    deed.kind === "request" && dice.chance(0.2) ? { ...deed, irreversible: true } : deed,
  );
  return { soak, deeds: [...deeds, ...happens] };
}

/** Swaps may not start yet, or not any more. */
function opened(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const from = dice.between(0, 40) * SECOND;
  const span = { from, to: from + dice.between(1, 4) * MINUTE };
  if (dice.chance(0.3)) return { deeds: later(plan.deeds, dice.between(10, 120) * SECOND) };
  return {
    opening: dice.pick([
      { allow: { everyMinutes: 5, forMs: dice.between(30, 120) * SECOND } },
      { freeze: span },
      { feed: { ...span, readableAfter: dice.pick([0, 2 * MINUTE]) } },
    ]),
  };
}

function later(deeds: readonly Deed[], notBeforeIn: number): Deed[] {
  return deeds.map((deed) => (deed.kind === "request" ? { ...deed, notBeforeIn } : deed));
}

/** A person stops the line. */
function onHold(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const at = dice.between(0, 50) * SECOND;
  return {
    deeds: [
      ...plan.deeds,
      { at, kind: "hold", pair: "shop", forMs: dice.between(20, 240) * SECOND, all: dice.chance(0.3) },
    ],
  };
}

/** Nobody has approved and nothing is open; somebody breaks the glass who may, or may not. */
function withBreakGlass(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const breakGlass = dice.pick(["operator", "operator", "operator", "requester", "application"] as const);
  const asked = (deed: Request): Request => ({ ...deed, channel: "http", breakGlass });
  return {
    ...shut,
    approval: { ...shut.approval, deadlineMs: 2 * MINUTE },
    deeds: plan.deeds.map((deed) => (deed.kind === "request" ? asked(deed) : deed)),
  };
}

/** A schedule asks for it, and what would happen to a request happens around its instant. */
function byTheClock(plan: WorldPlan, dice: Dice): Partial<WorldPlan> {
  const minute = dice.between(2, 4);
  const request = scheduledId(pairKeyIn("shop"), START + minute * MINUTE);
  const promote = dice.pick(["green", "green", "staging", "blue"] as const);
  const away: Deed[] = dice.chance(0.4)
    ? [
        {
          at: (minute - 1) * MINUTE + dice.between(1, 110) * SECOND,
          kind: "kill",
          downMs: dice.between(1, 300) * SECOND,
        },
      ]
    : [];
  const deeds = plan.deeds.flatMap((deed): Deed[] => {
    if (deed.kind === "request") return [];
    const at = deed.kind === "arm-fault" ? deed.at : deed.at + minute * MINUTE;
    return ["cancel", "terminate"].includes(deed.kind)
      ? [{ ...deed, at, request } as Deed]
      : [{ ...deed, at }];
  });
  return {
    ...scheduled([{ ...weekly([minute]), promote }], dice.pick([2, 4, 12])),
    chances: { ...plan.chances, client: Math.max(plan.chances.client, dice.pick([0, 0.1])) },
    deeds: [...deeds, ...away],
  };
}
