import { referenceWorlds } from "./reference-worlds";
import { playWorld } from "./play-world";
import type { WorldPlan } from "./world-plan";

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

/** Crashes one reference world at every single point, one after another. */
export async function sweepSingles(name: string): Promise<Swept> {
  const plan = planOf(name);
  const { points } = await playWorld({ ...plan, crashAt: [] });
  const violations = [];
  for (let k = 0; k < points.count; k++) violations.push(...(await crash(plan, [k])));
  return { world: name, points: points.count, crashes: "single", runs: points.count, violations };
}

/** Crashes one reference world at every pair of points k1 < k2; every `share`-th pair when that is too many. */
export async function sweepPairs(name: string, share: number, say: (line: string) => void): Promise<Swept> {
  const plan = planOf(name);
  const { points } = await playWorld({ ...plan, crashAt: [] });
  const violations = [];
  let runs = 0;
  for (let first = 0; first < points.count; first++) {
    const after = await playWorld({ ...plan, crashAt: [first] });
    for (let second = first + 1; second < after.points.count; second++) {
      if ((first + second) % share !== 0) continue;
      violations.push(...(await crash(plan, [first, second])));
      runs++;
    }
    if (first % 50 === 49) say(`  ${name}: ${first + 1} of ${points.count} first crashes, ${runs} runs`);
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
