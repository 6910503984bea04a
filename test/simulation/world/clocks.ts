import type { WorldPlan } from "../plans/world-plan";
import type { Dice } from "./dice";

/** The farthest that somebody sets a host's clock, on top of what it was wrong by before. */
export const LONGEST_STEP_MS = 210_000;

/** How far the wall clock of a host may be from the true time in a world. */
export function clockErrorOf({
  skewMs,
  chances,
  userActions,
}: Pick<WorldPlan, "skewMs" | "chances" | "userActions">): number {
  return skewMs + (setsClocks({ chances, userActions }) ? LONGEST_STEP_MS : 0);
}

/** Whether anybody sets the clock of a host while it runs. */
export function setsClocks({ chances, userActions }: Pick<WorldPlan, "chances" | "userActions">): boolean {
  return chances.clockSet > 0 || userActions.some((userAction) => userAction.kind === "clock-set");
}

/**
 * What happens to a host in the middle of an attempt: it stands still, and its two clocks may tell that differently.
 *  - `both`: the process stood still, and both clocks went on;
 *  - `monotonic stands`: the machine was suspended, and only the wall clock shows it afterwards;
 *  - `wall is set back`: somebody set the wall clock back meanwhile by as much, and only the monotonic one shows it.
 */
export interface Standstill {
  readonly forMs: number;
  readonly clocks: "both" | "monotonic stands" | "wall is set back";
}

export function standstillIn(dice: Dice, mayBeSet: boolean): Standstill {
  const forMs = dice.pick([1_000, 20_000, 50_000, 50_000, 70_000, 200_000]);
  const clocks = dice.pick(
    mayBeSet
      ? (["both", "monotonic stands", "wall is set back"] as const)
      : (["both", "both", "monotonic stands"] as const),
  );
  return { forMs, clocks };
}

/**
 * The two clocks of one host, drawn apart: a monotonic one that stands while its machine is suspended, and a wall clock that
 * is wrong from the start, or set by somebody. One of them stays right: where both go wrong nobody can know the time.
 */
export class HostClock {
  /** By how much the wall clock was wrong when the host started. */
  skewMs = 0;
  readonly #world: { now(): number };
  readonly #bootedAt: number;
  #suspendedMs = 0;
  #setMs = 0;
  #right: "both" | "wall" | "monotonic" = "both";

  constructor(world: { now(): number }) {
    this.#world = world;
    this.#bootedAt = world.now();
  }

  now(): number {
    return this.#world.now() + this.skewMs + this.#setMs;
  }

  monotonic(): number {
    return this.#world.now() - this.#bootedAt - this.#suspendedMs;
  }

  /** Somebody sets the wall clock: by so much away from what it was at the start. */
  set(byMs: number): void {
    if (this.#right === "wall") return;
    this.#right = "monotonic";
    this.#setMs = byMs;
  }

  /** The host stands still from now on. */
  stand({ forMs, clocks }: Standstill): void {
    if (clocks === "monotonic stands" && this.#right !== "monotonic") {
      this.#right = "wall";
      this.#suspendedMs += forMs;
    }
    if (clocks === "wall is set back" && this.#setMs === 0) this.set(-forMs);
  }
}
