import type { WorldPlan } from "../plans/world-plan";
import type { Of } from "../world/timeline";
import type { History, Violation } from "./history";

/**
 * A module of rules. It names its rules and judges one finished world from its plan and from outside observations
 * (people, Azure, broker, commit times), never from the app's own statements. A campaign fails if a rule never had
 * anything to judge (`Coverage.unexercised`).
 */
export interface RuleModule {
  /** Every rule of the module, as named in the `invariant` of its violations. */
  readonly rules: readonly string[];
  /** Rules that small worlds (`--small`) never exercise. */
  readonly notInSmallWorlds?: readonly string[];
  readonly judge: (world: Judged) => Judgement;
}

/** A finished world. */
export interface Judged {
  readonly history: History;
  readonly plan: WorldPlan;
  /** Whether it came to rest; false: something is still open after every deadline. */
  readonly finished: boolean;
}

/** The result of one module for one world. */
export interface Judgement {
  readonly violations: readonly Violation[];
  /** How often each rule had something to judge; 0 when missing. */
  readonly exercised: Readonly<Record<string, number>>;
}

export type Put = Of<"put">;
/** The violation of a PUT; true: the rule holds; undefined: nothing to judge. */
export type PutRule = (history: History, put: Put, plan: WorldPlan) => string | true | undefined;
export type PutRules = Readonly<Record<string, PutRule>>;

/** Collects the results of the rules for one world. */
export class Verdicts implements Judgement {
  readonly violations: Violation[] = [];
  readonly exercised: Record<string, number> = {};

  /** Records that a rule had something to judge; `broken` describes a violation. */
  judged(rule: string, entry: number, broken: string | undefined): void {
    this.exercised[rule] = (this.exercised[rule] ?? 0) + 1;
    if (broken !== undefined) this.violations.push({ invariant: rule, detail: broken, entry });
  }

  /** The same, as a separate function. */
  readonly report = (rule: string, entry: number, broken: string | undefined): void => {
    this.judged(rule, entry, broken);
  };

  /** Adds another judgement. */
  add({ violations, exercised }: Judgement): void {
    this.violations.push(...violations);
    for (const [rule, times] of Object.entries(exercised))
      this.exercised[rule] = (this.exercised[rule] ?? 0) + times;
  }
}

/** The number of consecutive worlds that must exercise every rule. */
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

  /** Rules that nothing exercised; none for a campaign that is too small. */
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
