import { referenceWorlds } from "../plans/reference-worlds";
import type { WorldPlan } from "../plans/world-plan";
import { playWorld } from "../world/play-world";

export interface Swept {
  readonly world: string;
  /** Points at which a host can die. */
  readonly points: number;
  readonly crashes: "single" | "pairs";
  readonly runs: number;
  readonly violations: readonly {
    readonly at: readonly number[];
    readonly label: string;
    readonly what: string;
  }[];
}

/** Crashes one reference world at every point, one after another. */
export async function sweepSingles(name: string): Promise<Swept> {
  const plan = planOf(name);
  const { points } = await playWorld({ ...plan, crashAt: [] });
  const violations = [];
  for (let k = 0; k < points.count; k++) violations.push(...(await crash(plan, [k])));
  return { world: name, points: points.count, crashes: "single", runs: points.count, violations };
}

/**
 * The pairs of points to play: every `share`-th of those whose first crash is at `from` or later, and before
 * `before`.
 */
export interface Pairs {
  readonly share: number;
  readonly from: number;
  readonly before?: number;
}

/** Crashes one reference world at every selected pair of points k1 < k2. */
export async function sweepPairs(name: string, pairs: Pairs, say: (line: string) => void): Promise<Swept> {
  const { share, from, before = Infinity } = pairs;
  const plan = planOf(name);
  const { points } = await playWorld({ ...plan, crashAt: [] });
  const violations = [];
  const end = Math.min(before, points.count);
  let runs = 0;
  for (let first = from; first < end; first++) {
    const after = await playWorld({ ...plan, crashAt: [first] });
    for (let second = first + 1; second < after.points.count; second++) {
      if ((first + second) % share !== 0) continue;
      violations.push(...(await crash(plan, [first, second])));
      runs++;
    }
    if ((first + 1) % 50 === 0)
      say(`  ${name}: first crashes up to ${first + 1} of ${points.count}, ${runs} runs`);
  }
  return { world: name, points: points.count, crashes: "pairs", runs, violations };
}

async function crash(plan: WorldPlan, crashAt: readonly number[]): Promise<Swept["violations"]> {
  const { violations, points } = await playWorld({ ...plan, crashAt });
  return violations.map(({ invariant, detail }) => ({
    at: crashAt,
    label: crashAt.map((k) => points.labels[k] ?? "?").join(" and "),
    what: `${invariant}: ${detail}`,
  }));
}

function planOf(name: string): WorldPlan {
  const plan = referenceWorlds[name];
  if (!plan)
    throw new Error(
      `there is no reference world "${name}"; known: ${Object.keys(referenceWorlds).join(", ")}`,
    );
  return plan;
}
