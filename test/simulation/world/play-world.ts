import type { WorldPlan } from "../plans/world-plan";
import type { Judgement } from "../rules/coverage";
import { check, type Violation } from "../rules/invariants";
import { exposedSwaps } from "./exposure";
import type { Points } from "./points";
import { signaturesDescribed } from "./secrets";
import { START } from "./start";
import type { Timeline } from "./timeline";
import { World } from "./world";

export interface WorldResult {
  readonly timeline: Timeline;
  readonly violations: readonly Violation[];
  /** How often each rule had something to judge. */
  readonly exercised: Judgement["exercised"];
  readonly points: Points;
  readonly promotions: number;
  readonly faults: number;
  /** Residual risks that occurred. */
  readonly residual: number;
  /** Virtual time that passed. */
  readonly lastedMs: number;
  readonly logged: readonly string[];
}

/** Plays one world to its end and judges what Azure, the broker and people observed. */
export async function playWorld(plan: WorldPlan): Promise<WorldResult> {
  const world = new World(plan);
  try {
    const finished = await world.play();
    const { violations, exercised } = check(world.timeline, finished, plan);
    const described = await signaturesDescribed(world);
    return {
      timeline: world.timeline,
      violations: [...violations, ...described],
      exercised,
      points: world.points,
      promotions: new Set(world.timeline.of("sent").map((e) => e.request)).size,
      faults: world.faults,
      residual: world.timeline.of("risk").length + exposedSwaps(world.timeline),
      lastedMs: world.clock.now() - START,
      logged: world.lines,
    };
  } finally {
    world.close();
  }
}
