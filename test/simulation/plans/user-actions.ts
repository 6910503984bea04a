import type { Dice } from "../world/dice";
import { calmChances, type Chances, type UserAction, type WorldPlan } from "./world-plan";

/** Hostile situations by name. */
export type Themes = Readonly<
  Record<string, (dice: Dice) => Partial<WorldPlan> & Pick<WorldPlan, "userActions">>
>;

export type Request = Extract<UserAction, { kind: "request" }>;

/** A request for green on the pair `shop`, once, at the start; `over` changes it. */
export function request(id: string, over: Partial<Request> = {}): Request {
  return {
    at: 0,
    kind: "request",
    request: id,
    pair: "shop",
    promote: "green",
    channel: "queue",
    copies: 1,
    every: 0,
    otherContent: false,
    ...over,
  };
}

/** A world without random faults, with Azure's least forgiving answer to a repeated PUT. */
export function calmWorld(userActions: readonly UserAction[], over: Partial<WorldPlan> = {}): WorldPlan {
  return {
    seed: 1,
    pairs: ["shop"],
    hosts: 1,
    stableForMs: 60_000,
    readinessDeadlineMs: 12 * 60_000,
    operationSeconds: 2,
    repeatedPut: "toggle",
    skewMs: 0,
    chances: calmChances,
    calmAfterMs: 0,
    userActions,
    ...over,
  };
}

/** The chances of a calm world, with these changes. */
export function chances(some: Partial<Chances>): Chances {
  return { ...calmChances, ...some };
}

/** One request in five names an expected version, and one in three of these a wrong one. */
export function expectedIn(dice: Dice): Pick<Request, "expect"> {
  return dice.chance(0.2) ? { expect: dice.pick(["right", "right", "wrong"] as const) } : {};
}

/** Bodies that are not requests. */
export const malformed = [
  "{",
  "12",
  '{"requestId":"x"}',
  '{"requestId":"r1","pair":"shop","promote":"teal","reason":"x","requestedBy":"y"}',
];
