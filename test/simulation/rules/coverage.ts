import type { WorldPlan } from "../plans/world-plan";
import type { Of } from "../world/timeline";
import type { History, Violation } from "./history";

/**
 * What a module of rules is, and what a campaign makes of it.
 *
 * A module names all its rules, and judges one world that is over: a pure function of what was planned and of what was
 * seen from outside (people, Azure, broker, commit times of the stores), never of what the app says of itself. It
 * answers what was broken, and how often each of its rules had something to judge: a PUT to look at, a cancel that was
 * acknowledged, an outcome that needs a cause. A rule that was not exercised has proved nothing, so a campaign that is
 * large enough fails when one of its rules never was (`Coverage.unexercised`).
 *
 * Modules are put together in `invariants.ts` (`modules`); nothing else has to know of a new one.
 */
export interface RuleModule {
  /** Every rule of the module, by the name that its violations carry as `invariant`. */
  readonly rules: readonly string[];
  /** Of these, the ones for which small worlds (`--small`) give no occasion. */
  readonly notInSmallWorlds?: readonly string[];
  readonly judge: (world: Judged) => Judgement;
}

/** A world that is over. */
export interface Judged {
  readonly history: History;
  readonly plan: WorldPlan;
  /** It came to rest by itself; false: something is still open after every deadline. */
  readonly finished: boolean;
}

/** What one module made of one world. */
export interface Judgement {
  readonly violations: readonly Violation[];
  /** How often each rule had something to judge; a name that is missing counts as 0. */
  readonly exercised: Readonly<Record<string, number>>;
}

export type Put = Of<"put">;
/** What is wrong with a PUT; undefined: this rule has nothing to judge; true: it is kept. */
export type PutRule = (history: History, put: Put, plan: WorldPlan) => string | true | undefined;
export type PutRules = Readonly<Record<string, PutRule>>;

/** Collects what rules say of one world. */
export class Verdicts implements Judgement {
  readonly violations: Violation[] = [];
  readonly exercised: Record<string, number> = {};

  /** A rule had something to judge; `broken` says what was wrong with it, undefined: nothing. */
  judged(rule: string, entry: number, broken: string | undefined): void {
    this.exercised[rule] = (this.exercised[rule] ?? 0) + 1;
    if (broken !== undefined) this.violations.push({ invariant: rule, detail: broken, entry });
  }

  /** The same, for whoever is handed it alone. */
  readonly report = (rule: string, entry: number, broken: string | undefined): void => {
    this.judged(rule, entry, broken);
  };

  /** Takes over what another judgement says. */
  add({ violations, exercised }: Judgement): void {
    this.violations.push(...violations);
    for (const [rule, times] of Object.entries(exercised))
      this.exercised[rule] = (this.exercised[rule] ?? 0) + times;
  }
}

/** So many consecutive worlds must exercise every rule. */
export const ENOUGH_WORLDS = 1_000;

/** How often a campaign exercised each rule. */
export class Coverage {
  readonly #times = new Map<string, number>();
  #worlds = 0;

  constructor(rules: readonly string[]) {
    for (const rule of rules) this.#times.set(rule, 0);
  }

  add(exercised: Judgement["exercised"]): void {
    this.#worlds++;
    for (const [rule, times] of Object.entries(exercised))
      this.#times.set(rule, (this.#times.get(rule) ?? 0) + times);
  }

  get times(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#times);
  }

  /** Rules that nothing exercised; of a campaign that is too small for that to mean something: none. */
  get unexercised(): readonly string[] {
    if (this.#worlds < ENOUGH_WORLDS) return [];
    return [...this.#times].flatMap(([rule, times]) => (times === 0 ? [rule] : []));
  }

  /** For people: one line per rule, the rarest first. */
  get table(): readonly string[] {
    const rows = [...this.#times].sort(([, a], [, b]) => a - b);
    return rows.map(([rule, times]) => `${String(times).padStart(9)}  ${rule}`);
  }
}
