import type { Dice } from "../world/dice";
import { calmChances, type Chances, type UserAction, type WorldPlan } from "./world-plan";

/** Hostile situations by name: what is set up on purpose in a world. */
export type Themes = Readonly<
  Record<string, (dice: Dice) => Partial<WorldPlan> & Pick<WorldPlan, "userActions">>
>;

export type Request = Extract<UserAction, { kind: "request" }>;

/** A request for green on the pair `shop`, once and from the start, unless said otherwise. */
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

/** A world in which nothing goes wrong by chance, and Azure gives its least forgiving answer to a repeated PUT. */
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

/** A calm world, but for these. */
export function chances(some: Partial<Chances>): Chances {
  return { ...calmChances, ...some };
}

/** One request in five names the version that it wants, and one in three of these names a wrong one. */
export function expectedIn(dice: Dice): Pick<Request, "expect"> {
  return dice.chance(0.2) ? { expect: dice.pick(["right", "right", "wrong"] as const) } : {};
}

/** What is no request. */
export const malformed = [
  "{",
  "12",
  '{"requestId":"x"}',
  '{"requestId":"r1","pair":"shop","promote":"teal","reason":"x","requestedBy":"y"}',
];
