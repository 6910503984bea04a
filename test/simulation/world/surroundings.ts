import type { TaskHub } from "../../../local/durable-engine";
import type { VirtualClock } from "../../support/virtual-clock";
import type { WorldPlan } from "../plans/world-plan";
import type { Azure } from "./azure";
import type { Bus } from "./bus";
import type { Dice } from "./dice";
import type { SimulatedHost } from "./host";
import type { Timeline } from "./timeline";

/** The state that the parts of a simulated world share. */
export interface Surroundings {
  readonly plan: WorldPlan;
  readonly clock: VirtualClock;
  readonly startedAt: number;
  readonly timeline: Timeline;
  readonly azure: Azure;
  readonly bus: Bus;
  readonly dice: Dice;
  readonly hub: TaskHub;
  readonly live: readonly SimulatedHost[];
  /** The live hosts that serve HTTP, queues and timers. */
  readonly fronts: readonly SimulatedHost[];
  /** Counts the faults that happened. */
  faults: number;
  /** Draws whether a fault happens, and records it. */
  strikes(dice: Dice, probability: number, what: string): boolean;
  /** Whether a host dies at this crash point. */
  mayDie(point: string): boolean;
  /** Replaces the hosts one by one: for a while old and new ones run beside each other. */
  replaceHosts(): void;
}
