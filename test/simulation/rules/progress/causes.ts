import {
  answersOf,
  backOf,
  type Case,
  editsOf,
  hasServiceFault,
  heldBetween,
  isRedeployed,
  isRoughBefore,
  regressionsOf,
  type World,
} from "./case";
import type { Plan, Put } from "./observed";
import { quorumOf, rejectionsOf } from "./people";

const MINUTE = 60_000;
/** Default deadlines of the simulated policies. */
const QUEUE_MS = 120 * MINUTE;
const WINDOW_MS = 180 * MINUTE;
const OWN_TIME_MS = 60 * MINUTE;
const LOST_MS = 120 * MINUTE;
/** How much longer a question stays open, so that votes sent in time can arrive. */
const VOTES_ARRIVE_MS = 90_000;

interface Ended {
  readonly world: World;
  readonly plan: Plan;
  readonly it: Case;
  readonly code: string;
  /** The longest duration that any host's clock may have measured. */
  readonly tookMs: number;
  /** Whether all faults have observable consequences. */
  readonly isClear: boolean;
}

type Cause = (ended: Ended) => boolean;

/** What must have happened, on the wire or among people, before a request may end like this. */
const causes: Readonly<Record<string, Cause>> = {
  promoted: isPromoted,
  unchanged: isUnchanged,
  refused: ({ code, ...ended }) => (refusals[code] ?? anyRefusal)({ code, ...ended }),
  rejected: ({ world, plan, it }) => rejectionsOf(world, plan, it).some((e) => e.at <= it.until),
  expired: ({ code, ...ended }) => expiries[code]?.({ code, ...ended }) ?? false,
  cancelled: isCancelled,
  "rolled-back": isRolledBack,
  halted: ({ code, ...ended }) => halts[code]?.({ code, ...ended }) ?? false,
};

/** Every outcome. */
export const outcomes = Object.keys(causes);

/** The missing cause of an end; undefined when it had one. */
export function causeless(world: World, plan: Plan, it: Case): string | undefined {
  const { outcome = "?", code = "?", at = 0 } = it.outcome ?? {};
  const tookMs = at - it.from + 2 * world.clockErrorMs;
  const isClear = !isRoughBefore(world, plan, at);
  const has = causes[outcome]?.({ world, plan, it, code, tookMs, isClear }) ?? false;
  return has
    ? undefined
    : `${it.request} ended as ${outcome} (${code}), and nothing happened that leads to it`;
}

/** Production went to the requested side by a swap of the app, stayed through the soak, and ran well. */
function isPromoted({ world, plan, it, isClear }: Ended): boolean {
  const { asked, incoming = "?", puts, until, effect, from } = it;
  const isAsked = [incoming, "staging", "either"].includes(asked.promote);
  // It is unknown whether a host that died was about to call; a person may have swapped since.
  const isOurs = !isClear || puts.some((e) => e.side === incoming);
  const holds = heldBetween(world, it.pair, incoming, from, until) && isOurs;
  const watchedMs = until - (effect?.at ?? until);
  const isWatched = world.clockErrorMs > 0 || !isClear || watchedMs >= (plan.soak?.forMs ?? 0);
  return isAsked && holds && isWatched && backOf(world, it) === undefined && hasExpected(world, it);
}

/** The last observed version before the swap, or before the end if a person has swapped. */
function hasExpected({ reads }: World, { asked, pair, incoming, puts: [put] }: Case): boolean {
  const { side = incoming, n = Infinity } = put ?? {};
  const seen = reads.filter((e) => e.pair === pair && e.side === side && e.n < n).at(-1);
  return asked.expect === undefined || seen?.version === asked.expect;
}

/** It was there already: the requested side or version. What was in staging at the request has moved there since. */
function isUnchanged({ world, it }: Ended): boolean {
  const { asked, incoming = "?", pair, from, until } = it;
  if (asked.promote === "either") return true;
  if (asked.promote !== "staging")
    return asked.promote === incoming && heldBetween(world, pair, incoming, from, until);
  if (asked.expect !== undefined) return true;
  return world.effects.some(
    (e) => e.pair === pair && e.production === incoming && e.at >= from && e.at <= until,
  );
}

function isCancelled({ plan, it, code }: Ended): boolean {
  const isOneOfMany = plan.userActions.some(
    (e) => e.kind === "cancel-all" && e.pair === it.pair && e.at <= it.until,
  );
  if (code !== "terminated-by-hand" && isOneOfMany) return true;
  const kind = code === "terminated-by-hand" ? "terminate" : "cancel";
  return plan.userActions.some((e) => e.kind === kind && e.request === it.request && e.at <= it.until);
}

function isRolledBack({ world, plan, it, code, isClear }: Ended): boolean {
  const isOrdered = world.asked.some((e) => e.request === it.request && e.at <= it.until);
  const isWanted = code === "rolled-back-by-person" ? isOrdered : plan.soak?.rollback !== "never";
  const hasReason = isOrdered || hasRegressed({ world, it, isClear });
  const isBack = !isClear || backOf(world, it) !== undefined;
  return isBack && isWanted && hasReason && !it.asked.irreversible;
}

/** The deadline was over, and it was the deadline of its obstacle. */
const expiries: Readonly<Record<string, Cause>> = {
  "request-expired": ({ world, it }) =>
    it.asked.expiresAt !== undefined && it.until >= it.asked.expiresAt - world.clockErrorMs,
  "readiness-expired": (ended) =>
    ended.tookMs >= ended.plan.readinessDeadlineMs && (!ended.isClear || hasHeldUp(ended)),
  "queue-expired": ({ world, it, tookMs }) =>
    tookMs >= QUEUE_MS &&
    [...world.holdsAsked, ...world.sent].some(
      (e) => e.pair === it.pair && e.n !== it.sent.n && e.at <= it.until,
    ),
  "window-expired": ({ plan, it, tookMs }) =>
    tookMs >= (plan.window ? WINDOW_MS : OWN_TIME_MS) &&
    (plan.window !== undefined || it.asked.notBefore !== undefined),
  "approval-expired": isUnapproved,
  "run-lost": ({ tookMs, isClear }) => tookMs >= LOST_MS && !isClear,
};

/** A service, or Azure's answer to a PUT, prevented readiness. */
function hasHeldUp({ world, plan, it }: Ended): boolean {
  const within = (e: { pair: string; at: number }) =>
    e.pair === it.pair && e.at >= it.from && e.at <= it.until;
  return (
    world.lists.some((e) => within(e) && e.unready !== undefined) ||
    world.reads.some((e) => within(e) && !isSettled(e)) ||
    world.probed.some((e) => within(e) && e.slot === "staging" && e.answer !== "well") ||
    answersOf(world, it).some(({ how }) => how !== "202" && how !== "200") ||
    isRedeployed(plan)
  );
}

function isSettled({ state, slot }: { readonly state: string; readonly slot: string }): boolean {
  return /^succeeded$/i.test(state) && slot !== "none";
}

/** Too few approvals by the deadline; or the plan changed or approvals lapsed repeatedly. */
function isUnapproved({ world, plan, it, tookMs, isClear }: Ended): boolean {
  const { approval } = plan;
  if (!approval) return false;
  const isOver = tookMs >= Math.min(approval.deadlineMs, (it.asked.expiresAt ?? Infinity) - it.from);
  const isChanged = isRedeployed(plan) || tookMs >= approval.validForMs;
  if (!isClear || isRedeployed(plan)) return isOver || isChanged;
  const quorumAt = quorumOf(world, plan, it);
  const isInTime = quorumAt !== undefined && quorumAt < it.from + approval.deadlineMs - VOTES_ARRIVE_MS;
  return isInTime ? tookMs >= approval.validForMs : isOver;
}

/** Refusals by Azure's state or answers; others do not occur in these worlds. */
const refusals: Readonly<Record<string, Cause>> = {
  "declined-by-platform": ({ world, it }) =>
    answersOf(world, it).some(({ how = "" }) => /^4/.test(how) && !["408", "409", "429"].includes(how)),
  "stale-plan": ({ plan, isClear }) => isRedeployed(plan) || !isClear,
  "version-mismatch": ({ world, it }) => it.asked.expect !== undefined && !hasExpectedIncoming(world, it),
  "service-unreadable": ({ isClear }) => !isClear,
  "pair-removed": ({ plan, it }) =>
    editsOf(plan).some(({ at, to }) => at <= it.until && !to.some(({ of }) => of === it.pair)),
  // No pair of these worlds refuses requests while another one runs.
  "pair-busy": () => false,
  "queue-full": ({ world, it }) => besidesIt(world, it) >= (it.asked.breakGlass ? ALL_PLACES : PLACES),
};

/** Places of a pair for ids of at most this length, without the operators' reserve. */
const PLACES = 20;

const ALL_PLACES = 29;

/** Other requests of its pair that were under way when it arrived, or until it was refused. */
function besidesIt(world: World, { pair, request, from, until }: Case): number {
  const ended = (other: string) =>
    world.published.find((e) => e.type === "promotion.completed" && e.request === other)?.at ?? Infinity;
  const others = world.sent.filter((e) => e.pair === pair && e.request !== request && e.at <= until);
  return new Set(others.map((e) => e.request).filter((other) => ended(other) >= from)).size;
}

function hasExpectedIncoming({ reads }: World, { asked, pair, incoming, until }: Case): boolean {
  const seen = reads.filter((e) => e.pair === pair && e.side === incoming && e.at <= until).at(-1);
  return seen?.version === asked.expect;
}

function anyRefusal({ world, it, isClear }: Ended): boolean {
  const seen = world.reads.filter((e) => e.pair === it.pair && e.at >= it.from && e.at <= it.until);
  return !isClear || seen.some((e) => !isSettled(e)) || areBeside(seen);
}

/** Whether both services were read in the same slot, during a swap. */
function areBeside(
  seen: readonly { readonly side: string; readonly slot: string; readonly at: number }[],
): boolean {
  return seen.some((a) => seen.some((b) => a.at === b.at && a.side !== b.side && a.slot === b.slot));
}

/** Why only a person can continue; a claim alone is enough if its host may have died with the call. */
const halts: Readonly<Record<string, Cause>> = {
  "foreign-state": ({ world, plan, it, isClear }) =>
    hasServiceFault(plan.userActions, ["swap-by-hand"]) ||
    world.effects.some((e) => e.pair === it.pair && e.at >= it.from && !isOwn(it, e.put)) ||
    !isClear ||
    hasLost(world, it, it.puts),
  "operation-failed": ({ world, it }) => it.puts.some(({ put }) => world.failed.some((e) => e.put === put)),
  "outcome-unproved": ({ world, it, isClear }) => hasLost(world, it, it.puts) || !isClear,
  "attempts-exhausted": ({ world, it, isClear }) =>
    !isClear || (it.puts.length > 1 && hasLost(world, it, it.puts)),
  "verification-failed": (ended) =>
    !ended.isClear || (ended.it.puts.length > 0 && (hasHeldUp(ended) || hasTrouble(ended))),
  "regression-irreversible": (ended) => ended.it.asked.irreversible && hasRegressed(ended),
  "regression-kept": (ended) => ended.plan.soak?.rollback === "never" && hasRegressed(ended),
  "soak-unmeasurable": (ended) =>
    !ended.isClear || (ended.it.effect !== undefined && (hasTrouble(ended) || hasHeldUp(ended))),
  "rollback-failed": ({ world, plan, it, isClear }) =>
    !isClear ||
    (it.effect !== undefined &&
      (hasLost(world, it, rollbackPuts(it)) ||
        hasServiceFault(plan.userActions, ["redeployment", "scale", "other-operation"]))),
  "run-lost-after-claim": ({ tookMs, isClear }) => tookMs >= LOST_MS && !isClear,
};

function isOwn({ puts }: Case, put: number | undefined): boolean {
  return puts.some((e) => e.put === put);
}

function rollbackPuts({ puts: [first, ...more] }: Case): Put[] {
  return more.filter((e) => e.side !== first?.side);
}

/** One of these had no answer, or one with an unknown result, or its operation never succeeded. */
function hasLost(world: World, it: Case, puts: readonly Put[]): boolean {
  return puts.some(({ put, side }) => {
    const how = answersOf(world, it).find((e) => e.put.put === put)?.how ?? "lost";
    const came = world.effects.some((e) => e.put === put && e.production === side && e.at <= it.until);
    return !/^(200|202)$/.test(how) || !came;
  });
}

/** When a host's last call is unknown, a person may have swapped instead. */
function hasRegressed({ world, it, isClear }: Pick<Ended, "world" | "it" | "isClear">): boolean {
  return regressionsOf(world, it).length > 0 || (!isClear && it.effect === undefined);
}

/** New production answered wrongly, or not at all. */
function hasTrouble({ world, it }: Ended): boolean {
  return (
    world.probed.some((e) => e.request === it.request && e.answer !== "well") ||
    regressionsOf(world, it).length > 0
  );
}
