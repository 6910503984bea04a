import { seededRandom } from "../../../local/world/seeded-random";

/**
 * Random numbers that a seed repeats. `fork` gives an independent stream, so that one consumer does not shift
 * another.
 */
export class Dice {
  readonly #seed: number;
  readonly #next: () => number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#next = seededRandom(this.#seed);
  }

  fork(label: string): Dice {
    let hash = this.#seed ^ 0x9e3779b9;
    for (const letter of label) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    return new Dice(hash);
  }

  /** From 0 up to, not including, 1. */
  roll(): number {
    return this.#next();
  }

  chance(probability: number): boolean {
    return this.#next() < probability;
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.#next() * (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#next() * items.length)];
    if (item === undefined) throw new Error("there is nothing to pick from");
    return item;
  }

  /** 128 bits in hexadecimal. */
  hex128(): string {
    const words = Array.from({ length: 4 }, () => Math.floor(this.roll() * 2 ** 32).toString(16));
    return words.map((word) => word.padStart(8, "0")).join("");
  }
}
