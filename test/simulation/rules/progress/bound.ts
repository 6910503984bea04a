import { answersOf, type Case, editsOf, isRedeployed, regressionsOf, roughOf, type World } from "./case";
import type { Plan } from "./observed";
import { openFrom } from "./window";
import { quorumOf } from "./people";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Between two checks of a wait, without an event. */
const CHECK_MS = 60 * SECOND;
/** For all steps without a wait. */
const STEPS_MS = 60 * SECOND;
/** How long the product waits for an operation, unless the plan says otherwise. */
const OPERATION_MS = 15 * MINUTE;
/** How long a call may be under way, including its claim. */
const CALL_MS = 2 * MINUTE;
const VOTES_ARRIVE_MS = 30 * SECOND;
const WINDOW_MS = 180 * MINUTE;
/** Random delays are shorter than this, and a dead host has been replaced by then. */
const RECOVERS_MS = 15 * MINUTE;
const SOAK_SLACK_MS = 30 * MINUTE;
const VERIFICATION_MS = 5 * MINUTE;

/** The time by which a request has an outcome; `after` is its last obstacle. */
export interface Bound {
  readonly by: number;
  readonly after: string;
}

/** The possible last obstacles of a request; each is a rule. */
export const afters = [
  "nothing but itself",
  "its own time",
  "a quorum",
  "a closed deployment window",
  "a hold",
  "another one",
  "unready instances",
  "a call that was turned away",
  "harm",
  "a deadline",
] as const;

type After = (typeof afters)[number];

interface Obstacle {
  readonly after: After;
  readonly until: number;
}

/** Undefined when it is unknown: different clocks make every wait different. */
export function boundOf(world: World, plan: Plan, it: Case, all: readonly Case[]): Bound | undefined {
  if (world.clockErrorMs > 0 || mayCheckAlive(world)) return undefined;
  const free = latest([...ownObstacles(world, plan, it), ...others(world, plan, it, all)]);
  if (!Number.isFinite(free.until)) return undefined;
  const opens = openFrom(plan, free.until, readyMs(plan) + CHECK_MS);
  // The longest wait for a deployment window.
  const opened = opens ?? free.until + WINDOW_MS;
  const base =
    opened > free.until && !it.asked.breakGlass ? obstacle("a closed deployment window", opened) : free;
  const last = latest([base, ...seenUnready(world, it), ...turnedAway(world, it)]);
  const bounds = [
    { by: last.until + durationOf(world, plan, it), after: last.after },
    ...deadlines(world, plan, it, base.until),
  ];
  return bounds.reduce((a, b) => (b.by < a.by ? b : a));
}

/** Whether a lost run may look alive for hours: lagging rows may be lost, or overwritten by older ones. */
function mayCheckAlive({ faults, hosts }: World): boolean {
  const isLagging = faults.some(({ what }) => what.includes("row lags"));
  const isGone =
    hosts.some(({ what }) => !what.startsWith("up")) ||
    faults.some(({ what }) => what.includes("terminated by hand"));
  // A host that dies between the history and the row of a terminated run leaves the row unchanged.
  const isCutOff = faults.some(
    ({ what, at }) =>
      what.includes("terminated by hand") &&
      hosts.some((e) => e.what.startsWith("dies") && e.at >= at && e.at <= at + MINUTE),
  );
  return faults.some(({ what }) => what.includes("looks Running")) || isCutOff || (isLagging && isGone);
}

/** The obstacles of this request alone. */
function ownObstacles(world: World, plan: Plan, it: Case): Obstacle[] {
  const harm = roughOf(world).filter(({ at }) => at <= it.until);
  const mends = Math.max(0, ...harm.map(({ at }) => at + RECOVERS_MS)) + lastingMs(plan);
  return [
    obstacle("nothing but itself", it.sent.at),
    obstacle("its own time", it.asked.notBefore ?? 0),
    obstacle("a quorum", agreedAt(world, plan, it)),
    obstacle("a hold", holdsEnd(world, it)),
    ...(harm.length > 0 ? [obstacle("harm", mends)] : []),
  ];
}

function obstacle(after: After, until: number): Obstacle {
  return { after, until };
}

function latest(all: readonly Obstacle[]): Obstacle {
  return all.reduce((a, b) => (b.until > a.until ? b : a), obstacle("nothing but itself", 0));
}

/** How long planned faults affect hosts, broker or reads after their start. */
function lastingMs({ userActions, reconcilerEveryMs = MINUTE, stableForMs }: Plan): number {
  const away = userActions.map(({ forMs = 0, downMs = 0, kind, fault }) => {
    if (kind === "arm-fault") return readFaultMs(fault, stableForMs);
    return ["kill", "stop", "freeze", "broker-outage"].includes(kind) ? Math.max(forMs, downMs) : 0;
  });
  return away.reduce((sum, ms) => sum + ms, 2 * reconcilerEveryMs);
}

/** Failing reads take their own time, and readiness starts again. */
function readFaultMs(fault: object | undefined, stableForMs: number): number {
  const { method, times = 1 } = (fault ?? {}) as { method?: string; times?: number };
  return method === "PUT" ? 0 : times * (3 * MINUTE + stableForMs);
}

/** When the quorum had approved; otherwise, or if votes are needed again, when the question ended. */
function agreedAt(world: World, plan: Plan, it: Case): number {
  const { approval } = plan;
  if (!approval || it.asked.breakGlass) return 0;
  const { deadlineMs, validForMs } = approval;
  const at = quorumOf(world, plan, it);
  const isOnce =
    at !== undefined && !isRedeployed(plan) && editsOf(plan).length === 0 && it.until <= at + validForMs;
  const asked = it.sent.at + 3 * (deadlineMs + VOTES_ARRIVE_MS + STEPS_MS);
  const lapsesMs = editsOf(plan).length > 0 ? deadlineMs : Math.min(validForMs, deadlineMs);
  return isOnce ? at : asked + 3 * lapsesMs;
}

/** When the last hold of its pair was released; a halt or a rollback puts a pair on hold. */
function holdsEnd({ holdsAsked, released, published }: World, { pair, until, request }: Case): number {
  const halts = published.filter((e) => e.outcome === "halted" || e.outcome === "rolled-back");
  const stops = [
    ...holdsAsked,
    ...halts.filter((e) => e.request !== request).map((e) => ({ ...e, hold: e.request ?? "?" })),
  ].filter((e) => e.pair === pair && e.at <= until);
  const ends = stops.map(({ n, hold }) => {
    const own = released.filter(
      (e) => e.pair === pair && e.n > n && e.at <= until && (e.hold === undefined || e.hold.includes(hold)),
    );
    return own.length > 0 ? Math.max(...own.map(({ at }) => at)) : Infinity;
  });
  return Math.max(0, ...ends);
}

/** Other requests of its pair that may be earlier in the queue. */
function others(world: World, plan: Plan, it: Case, all: readonly Case[]): Obstacle[] {
  const own = latest(ownObstacles(world, plan, it)).until;
  return all.flatMap((other) => {
    if (other.pair !== it.pair || other.request === it.request || other.sent.at > it.until) return [];
    if (other.outcome)
      return other.until > own || other.until > it.sent.at ? [obstacle("another one", other.until)] : [];
    // A request waits for others, but not for itself: of two that wait for each other the first does not.
    const free = latest(ownObstacles(world, plan, other)).until;
    const isAhead = free < own || (free === own && other.sent.n < it.sent.n);
    return isAhead ? [obstacle("another one", Infinity)] : [];
  });
}

/** The last check, before its swap took effect, with a wrong state. */
function seenUnready({ lists, reads, probed }: World, { pair, until, effect, from }: Case): Obstacle[] {
  const end = effect?.at ?? until;
  const seen = [
    ...lists.filter((e) => e.unready !== undefined),
    ...reads.filter((e) => !/^succeeded$/i.test(e.state) || e.slot === "none"),
    ...probed.filter((e) => e.slot === "staging" && e.answer !== "well"),
  ].filter((e) => e.pair === pair && e.at >= from && e.at <= end);
  return seen.map(({ at }) => obstacle("unready instances", at));
}

/** Calls that Azure refused say when to retry, after two minutes at most. */
function turnedAway(world: World, it: Case): Obstacle[] {
  return answersOf(world, it)
    .filter(({ how }) => how === "409" || how === "429")
    .map(({ put }) => obstacle("a call that was turned away", put.at + 2 * MINUTE));
}

/** The checks until both services are stable, once there is no obstacle. */
function readyMs({ stableForMs }: Plan): number {
  return stableForMs + 2 * CHECK_MS;
}

/** The longest time from then to the outcome. */
function durationOf(world: World, plan: Plan, it: Case): number {
  const { sharing, wire } = plan;
  const replans =
    plan.userActions.filter((e) => e.kind === "service-fault").length * (isRedeployed(plan) ? 5 * MINUTE : 0);
  return (
    STEPS_MS +
    readyMs(plan) +
    swapsMs(world, plan, it) +
    watchMs(world, plan, it) +
    replans +
    (sharing ? 10 * MINUTE : 0) +
    (wire ? 40 * MINUTE : 0)
  );
}

/** Each call with its operation and polls; with an unknown outcome the longest allowed time. */
function swapsMs(world: World, plan: Plan, it: Case): number {
  const { operationSeconds, swapTimes } = plan;
  const usual = 1.2 * operationSeconds * SECOND + 2 * CHECK_MS;
  const most = 2 * (swapTimes?.operationDeadlineMs ?? OPERATION_MS) + CALL_MS + readyMs(plan);
  const isPlain = !plan.userActions.some(
    (e) => (e.fault as { method?: string } | undefined)?.method === "PUT",
  );
  const spent = answersOf(world, it).map(({ how }) => {
    if (how === "409" || how === "429") return readyMs(plan) + CHECK_MS;
    return isPlain && how === "202" ? usual : most;
  });
  return spent.reduce((sum, ms) => sum + ms, usual);
}

/** The soak; longer with a regression, and with the rollback. */
function watchMs(world: World, { soak, stableForMs }: Plan, it: Case): number {
  if (!soak) return 0;
  const checks = 2 * CHECK_MS;
  const steadyMs = Math.min(soak.forMs, stableForMs);
  const isTroubled =
    regressionsOf(world, it).length > 0 ||
    world.probed.some((e) => e.request === it.request && e.answer !== "well") ||
    seenUnready(world, { ...it, effect: undefined }).some(
      ({ until }) => until >= (it.effect?.at ?? Infinity),
    );
  return isTroubled
    ? 2 * (soak.forMs + steadyMs) + SOAK_SLACK_MS + VERIFICATION_MS + checks
    : soak.forMs + steadyMs + checks;
}

/** When it ends at the latest, despite obstacles, if nothing was sent. */
function deadlines(world: World, plan: Plan, it: Case, free: number): Bound[] {
  if (it.puts.length > 0) return [];
  const after = "a deadline" satisfies After;
  const mends = latest(ownObstacles(world, plan, it).filter((e) => e.after === "harm")).until;
  const asked = Math.max(it.sent.at, it.asked.expiresAt ?? Infinity, mends);
  const late = VOTES_ARRIVE_MS + 2 * CHECK_MS + (plan.sharing ? 5 * MINUTE : 0);
  const isSteady = plan.wire === undefined && !isRedeployed(plan);
  return [
    { by: asked + late, after },
    ...(isSteady ? [{ by: free + plan.readinessDeadlineMs + late + STEPS_MS, after }] : []),
  ];
}
