import { canFillDisks, fillDisk, freeDisk, tearTail } from "./chaos-disk";
import { seededRandom } from "./seeded-random";
import { victims, type ChaosWorld, type EffectLine, type Victim } from "./chaos-world";

/** How often each kind of harm was done. */
export interface Harm {
  readonly kills: Record<Victim, number>;
  tornTails: number;
  /** Torn ends of logs that a store reported, and that were cut as it advised. */
  tailsCut: number;
  fullDisks: number;
}

/** Does the harm that a seed draws to the parts of a world, and reports it. */
export class ChaosHarm {
  readonly done: Harm = {
    kills: { app: 0, broker: 0, "Resource Manager": 0 },
    tornTails: 0,
    tailsCut: 0,
    fullDisks: 0,
  };
  /** Violations during the run. */
  readonly violations: string[] = [];
  readonly #world: ChaosWorld;
  readonly #random: () => number;
  readonly #say: (line: string) => void;
  readonly #canFill = canFillDisks();

  constructor(world: ChaosWorld, random: () => number, say: (line: string) => void) {
    this.#world = world;
    this.#random = random;
    this.#say = say;
    if (!this.#canFill) say("full disks are not simulated here: this needs Linux with prlimit (util-linux)");
  }

  /**
   * One strike: perhaps fills a disk, then kills one part or, at most `most` times, all; perhaps tears logs; and
   * restarts.
   */
  async strike(most: number): Promise<number> {
    const part = this.#draw(["app", "app", "broker", "Resource Manager"] as const);
    const isFull = this.#canFill && this.#random() < 0.3;
    if (isFull) await this.#fill(part);
    // Usually soon after the last request was acknowledged.
    await pause(this.#random() ** 2 * 4_000);
    const all = this.#random() < 0.1 && most >= victims.length;
    await this.#kill(all ? victims : [part], isFull ? part : undefined);
    return all ? victims.length : 1;
  }

  async #fill(victim: Victim): Promise<void> {
    const ms = 500 + this.#random() * 2_500;
    const pid = this.#world.pidOf(victim);
    fillDisk(pid, this.#world.storeOf(victim), this.#branch());
    this.#say(`the ${victim}'s disk is full for ${seconds(ms)} s`);
    await pause(ms);
    freeDisk(pid);
    this.done.fullDisks++;
  }

  async #kill(killed: readonly Victim[], full: Victim | undefined): Promise<void> {
    const effects = killed.includes("Resource Manager") ? await this.#world.effects() : [];
    for (const victim of killed) {
      const words = await this.#world.kill(victim);
      if (words !== undefined) this.violations.push(`the ${victim} ended by itself: ${words}`);
      this.done.kills[victim]++;
    }
    const down = Math.max(0, this.#random() * 4_000 - 2_000);
    this.#say(`killed: the ${killed.join(", the ")}${down > 0 ? `; down for ${seconds(down)} s` : ""}`);
    await pause(down);
    // Resource Manager and the broker start first, as in any start.
    for (const victim of [...killed].reverse()) await this.#restart(victim, victim === full);
    if (killed.includes("Resource Manager")) await this.#compare(effects);
  }

  async #restart(victim: Victim, hasBeenFull: boolean): Promise<void> {
    const isTorn = this.#random() < 0.4;
    const own = this.#branch();
    // A full disk has already torn the end of the log.
    const tear = isTorn && !hasBeenFull ? tearTail(this.#world.storeOf(victim), own) : undefined;
    if (tear) this.done.tornTails++;
    const isCut = await this.#world.restart(victim, tear);
    if (isCut) this.done.tailsCut++;
    if (!tear) return;
    const advice = isCut ? "; it refused to start until that was cut, as it advised" : "";
    this.#say(`the ${victim}'s log was torn (${tear.kind})${advice}`);
  }

  async #compare(before: readonly EffectLine[]): Promise<void> {
    const after = await this.#world.effects();
    const isKept = JSON.stringify(after.slice(0, before.length)) === JSON.stringify(before);
    if (!isKept) this.violations.push("Resource Manager's journal has lost effects that it had shown");
  }

  /** Separate dice for what depends on bytes and times, so that a seed repeats the same harm. */
  #branch(): () => number {
    return seededRandom(Math.floor(this.#random() * 2 ** 32));
  }

  #draw<T>(from: readonly T[]): T {
    const drawn = from[Math.floor(this.#random() * from.length)];
    if (drawn === undefined) throw new Error("there is nothing to draw from");
    return drawn;
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
