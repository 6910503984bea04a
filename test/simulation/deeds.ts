import type { Dice } from "./dice";
import { calmChances, type Chances, type Deed, type WorldPlan } from "./world-plan";

/** Hostile situations by name: what is set up on purpose in a world. */
export type Themes = Readonly<Record<string, (dice: Dice) => Partial<WorldPlan> & Pick<WorldPlan, "deeds">>>;

export type Request = Extract<Deed, { kind: "request" }>;

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

/** A calm world, but for these. */
export function chances(some: Partial<Chances>): Chances {
  return { ...calmChances, ...some };
}
