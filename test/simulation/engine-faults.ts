import type { EngineFaults } from "../../local/durable-engine";
import type { World } from "./world";

/** The engine's ways to fail, drawn by chance from the world's dice. */
export function engineFaults(world: World): EngineFaults {
  return {
    atCommit: (step, work) => (world.mayDie(`${work.kind} ${work.name}: ${step}`) ? "crash" : undefined),
  };
}
