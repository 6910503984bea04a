import { calmChances, type WorldPlan } from "./world-plan";
import { playWorld, type WorldResult } from "./play-world";

const MOST_TRIES = 300;

/** Takes away from a world what the violation does not need, until nothing more can go. */
export async function shrink(
  plan: WorldPlan,
  result: WorldResult,
): Promise<{ plan: WorldPlan; result: WorldResult }> {
  const wanted = result.violations[0]?.invariant;
  let best = { plan, result };
  for (let tries = 0, smaller = true; smaller;) {
    smaller = false;
    for (const candidate of simplifications(best.plan)) {
      if (++tries > MOST_TRIES) return best;
      const played = await playWorld(candidate);
      if (!played.violations.some(({ invariant }) => invariant === wanted)) continue;
      best = { plan: candidate, result: played };
      smaller = true;
      break;
    }
  }
  return best;
}

function* simplifications(plan: WorldPlan): Generator<WorldPlan> {
  const { deeds, chances } = plan;
  for (let i = 0; i < deeds.length; i++) yield { ...plan, deeds: deeds.filter((_, at) => at !== i) };
  for (const name of Object.keys(chances) as (keyof typeof chances)[]) {
    if (chances[name] !== 0) yield { ...plan, chances: { ...chances, [name]: calmChances[name] } };
  }
  if (chances.mostCrashes > 1)
    yield { ...plan, chances: { ...chances, mostCrashes: chances.mostCrashes - 1 } };
  if (plan.hosts > 1) yield { ...plan, hosts: 1 };
  if (plan.skewMs > 0) yield { ...plan, skewMs: 0 };
  if (plan.pairs.length > 1) {
    const pairs = plan.pairs.filter((pair) => deeds.some((deed) => "pair" in deed && deed.pair === pair));
    if (pairs.length < plan.pairs.length && pairs.length > 0) yield { ...plan, pairs };
  }
  for (let i = 0; i < deeds.length; i++) {
    const deed = deeds[i];
    if (deed?.kind !== "request" || deed.copies === 1) continue;
    yield {
      ...plan,
      deeds: deeds.map((each, at) => (at === i ? { ...deed, copies: deed.copies - 1 } : each)),
    };
  }
}
