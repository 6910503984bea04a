import type { Dice } from "./dice";

/** Places where a host may die: every commit step, and both sides of every external effect, numbered in order. */
export class Points {
  readonly labels: string[] = [];
  readonly #mayCrash: (n: number) => boolean;
  readonly #keepsLabels: boolean;
  /** The last point passed. */
  last = "";
  crashes = 0;
  /** Nothing crashes any more, and nothing is counted. */
  closed = false;
  count = 0;

  private constructor(mayCrash: (n: number) => boolean, keepsLabels: boolean) {
    this.#mayCrash = mayCrash;
    this.#keepsLabels = keepsLabels;
  }

  static byChance(dice: Dice, rate: number, most: number, isCalm: () => boolean): Points {
    const points: Points = new Points(
      () => rate > 0 && points.crashes < most && dice.chance(rate) && !isCalm(),
      false,
    );
    return points;
  }

  /** Crashes at exactly these points; without any it only counts. */
  static at(numbers: readonly number[]): Points {
    const wanted = new Set(numbers);
    return new Points((n) => wanted.has(n), true);
  }

  /** Passes a point; true: the host dies here. */
  pass(label: string): boolean {
    if (this.closed) return false;
    const n = this.count++;
    this.last = label;
    if (this.#keepsLabels) this.labels.push(label);
    if (!this.#mayCrash(n)) return false;
    this.crashes++;
    return true;
  }
}
