import type { Dice } from "../world/dice";
import { themesAround } from "./themes-after";
import { themesByTheClock } from "./themes-by-the-clock";
import { themesOfBreakGlass } from "./themes-of-break-glass";
import { themesOfProgress } from "./themes-of-progress";
import { themesOfTheChecks } from "./themes-of-the-checks";
import { themesOfTheFile } from "./themes-of-the-file";
import { themesOfTheSlips } from "./themes-of-the-slips";
import { themesOfTheSwap } from "./themes-of-the-swap";
import type { Themes } from "./user-actions";
import { calmChances, type WorldPlan } from "./world-plan";

const MINUTE = 60_000;

const themes = {
  ...themesOfTheSwap,
  ...themesAround,
  ...themesByTheClock,
  ...themesOfBreakGlass,
  ...themesOfProgress,
  ...themesOfTheSlips,
  ...themesOfTheChecks,
  ...themesOfTheFile,
} satisfies Themes;

export type ThemeName = keyof typeof themes;

const names = Object.keys(themes) as ThemeName[];
/** Every other world has no theme. */
const CYCLE = 2 * names.length;

/** The first seed with a theme, and the distance to the next ones. */
export function seedsUnder(theme: ThemeName): { readonly seed: number; readonly step: number } {
  return { seed: names.indexOf(theme) + 1, step: CYCLE };
}

/** Applies the theme of a world's seed, if it has one. */
export function themed(plan: WorldPlan, dice: Dice): WorldPlan {
  const name = names[(plan.seed - 1) % CYCLE];
  if (!name) return plan;
  const calm: Partial<WorldPlan> = {
    pairs: ["shop"],
    hosts: 1,
    skewMs: 0,
    operationSeconds: dice.pick([0.5, 2, 15]),
    readinessDeadlineMs: 30 * MINUTE,
    calmAfterMs: 150 * MINUTE,
    chances: calmChances,
    schedules: undefined,
    // Approval is a separate theme: without votes every other one would end at the gate.
    approval: undefined,
  };
  const { userActions, ...over } = (themes as Themes)[name]!(dice);
  return { ...plan, ...calm, ...over, userActions: [...userActions].sort((a, b) => a.at - b.at) };
}
