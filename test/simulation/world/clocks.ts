import type { WorldPlan } from "../plans/world-plan";
import type { Dice } from "./dice";

/** The farthest that a host's clock is set, on top of its first error. */
export const LONGEST_STEP_MS = 210_000;

/** How far the wall clock of a host may be from the true time in a world. */
export function clockErrorOf({
  skewMs,
  chances,
  userActions,
}: Pick<WorldPlan, "skewMs" | "chances" | "userActions">): number {
  return skewMs + (setsClocks({ chances, userActions }) ? LONGEST_STEP_MS : 0);
}

/** Whether a host's clock is set while it runs. */
export function setsClocks({ chances, userActions }: Pick<WorldPlan, "chances" | "userActions">): boolean {
  return chances.clockSet > 0 || userActions.some((userAction) => userAction.kind === "clock-set");
}

/**
 * A host that stands still during an attempt. `both`: the process stood still, and both clocks continued. `monotonic
 * stands`: the machine was suspended; only the wall clock shows it. `wall is set back`: the wall clock was set back
 * as far; only the monotonic clock shows it.
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
 * The two clocks of one host: a monotonic one that stops while its machine is suspended, and a wall clock that is
 * wrong from the start or set later. One of them is always right: otherwise the time could not be known.
 */
export class HostClock {
  /** The error of the wall clock when the host started. */
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

  /** Sets the wall clock, relative to its error at the start. */
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
