import { calmChances, type PlannedSchedule, type UserAction, type WorldPlan } from "../plans/world-plan";
import { playWorld, type WorldResult } from "../world/play-world";

const MOST_TRIES = 300;
/** Optional parts of a world. */
const OPTIONAL = [
  "sharing",
  "wire",
  "schedules",
  "soak",
  "approval",
  "window",
  "hasty",
  "asksAtTheEnd",
] as const;

/** Removes everything from a world that the violation does not need. */
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
  const { userActions, chances } = plan;
  for (const name of OPTIONAL) {
    const { [name]: taken, ...rest } = plan;
    if (taken) yield rest;
  }
  for (let i = 0; i < userActions.length; i++)
    yield { ...plan, userActions: userActions.filter((_, at) => at !== i) };
  for (const name of Object.keys(chances) as (keyof typeof chances)[]) {
    if (chances[name] !== 0) yield { ...plan, chances: { ...chances, [name]: calmChances[name] } };
  }
  if (chances.mostCrashes > 1)
    yield { ...plan, chances: { ...chances, mostCrashes: chances.mostCrashes - 1 } };
  if (plan.hosts > 1) yield { ...plan, hosts: 1 };
  if (plan.skewMs > 0) yield { ...plan, skewMs: 0 };
  if (plan.pairs.length > 1) {
    const pairs = plan.pairs.filter((pair) => isUsed(plan, pair));
    if (pairs.length < plan.pairs.length && pairs.length > 0) yield { ...plan, pairs };
  }
  yield* simplerSchedules(plan);
  for (const [i, userAction] of userActions.entries()) {
    for (const simpler of simplerActions(userAction))
      yield { ...plan, userActions: userActions.map((each, at) => (at === i ? simpler : each)) };
  }
}

function isUsed({ userActions, schedules }: WorldPlan, pair: string): boolean {
  const isScheduled = (schedules?.file[pair] ?? []).length > 0;
  return isScheduled || userActions.some((userAction) => "pair" in userAction && userAction.pair === pair);
}

/** One schedule less in the first pairs file, or one time less. */
function* simplerSchedules(plan: WorldPlan): Generator<WorldPlan> {
  const { schedules } = plan;
  if (!schedules) return;
  for (const [pair, all] of Object.entries(schedules.file)) {
    for (const simpler of simplerFiles(all))
      yield { ...plan, schedules: { ...schedules, file: { ...schedules.file, [pair]: simpler } } };
  }
}

/** One copy of a request less; one schedule of an edited file less, or one time less. */
function* simplerActions(userAction: UserAction): Generator<UserAction> {
  if (userAction.kind === "request" && userAction.copies > 1)
    yield { ...userAction, copies: userAction.copies - 1 };
  if (userAction.kind === "edit") for (const to of simplerFiles(userAction.to)) yield { ...userAction, to };
}

function* simplerFiles(all: readonly PlannedSchedule[]): Generator<readonly PlannedSchedule[]> {
  for (let i = 0; i < all.length; i++) yield all.filter((_, at) => at !== i);
  for (const [i, schedule] of all.entries()) {
    if (schedule.minutes.length === 1) continue;
    for (const minute of schedule.minutes) {
      const minutes = schedule.minutes.filter((each) => each !== minute);
      yield all.map((each, at) => (at === i ? { ...each, minutes } : each));
    }
  }
}
