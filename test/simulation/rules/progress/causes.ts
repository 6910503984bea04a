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
/** Deadlines that the simulated policies leave as they are by default. */
const QUEUE_MS = 120 * MINUTE;
const WINDOW_MS = 180 * MINUTE;
const OWN_TIME_MS = 60 * MINUTE;
const LOST_MS = 120 * MINUTE;
/** What is asked about a plan stands for this long more, so that votes that were in time can arrive. */
const VOTES_ARRIVE_MS = 90_000;

interface Ended {
  readonly world: World;
  readonly plan: Plan;
  readonly it: Case;
  readonly code: string;
  /** How long it was under way at most, as any host's clock may have measured it. */
  readonly tookMs: number;
  /** Everything that went wrong can be followed. */
  readonly isClear: boolean;
}

type Cause = (ended: Ended) => boolean;

/** What must have happened, on the wire or among people, before a request may end like that. */
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

/** Every outcome there is. */
export const outcomes = Object.keys(causes);

/** What is wrong with how a request ended; undefined: it had its cause. */
export function causeless(world: World, plan: Plan, it: Case): string | undefined {
  const { outcome = "?", code = "?", at = 0 } = it.outcome ?? {};
  const tookMs = at - it.from + 2 * world.clockErrorMs;
  const isClear = !isRoughBefore(world, plan, at);
  const has = causes[outcome]?.({ world, plan, it, code, tookMs, isClear }) ?? false;
  return has
    ? undefined
    : `${it.request} ended as ${outcome} (${code}), and nothing happened that leads to it`;
}

/** Production went to the side that was asked for, with our doing, was watched for as long as it was to be, and ran well. */
function isPromoted({ world, plan, it, isClear }: Ended): boolean {
  const { asked, incoming = "?", puts, until, effect, from } = it;
  const isAsked = [incoming, "staging", "either"].includes(asked.promote);
  // Of a call that was about to be made when its host died nobody knows; a person may have swapped since.
  const isOurs = !isClear || puts.some((e) => e.side === incoming);
  const holds = heldBetween(world, it.pair, incoming, from, until) && isOurs;
  const watchedMs = until - (effect?.at ?? until);
  const isWatched = world.clockErrorMs > 0 || !isClear || watchedMs >= (plan.soak?.forMs ?? 0);
  return isAsked && holds && isWatched && backOf(world, it) === undefined && hasExpected(world, it);
}

/** The last that the wire showed of its version before the swap, or before the end where a person has swapped. */
function hasExpected({ reads }: World, { asked, pair, incoming, puts: [put] }: Case): boolean {
  const { side = incoming, n = Infinity } = put ?? {};
  const seen = reads.filter((e) => e.pair === pair && e.side === side && e.n < n).at(-1);
  return asked.expect === undefined || seen?.version === asked.expect;
}

/** It was there already: the side asked for, or the version; what was in staging when it was asked for was put there since. */
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

/** Its time was over, and it was the time of what stood in its way. */
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

/** Something that a service, or Azure's answer to a PUT, showed to whoever waited for both to be ready. */
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

/** Too few people had agreed by the deadline; or what they agreed to changed or lapsed, again and again. */
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

/** What Azure showed or answered; a refusal by anything else has no place in these worlds. */
const refusals: Readonly<Record<string, Cause>> = {
  "declined-by-platform": ({ world, it }) =>
    answersOf(world, it).some(({ how = "" }) => /^4/.test(how) && !["408", "409", "429"].includes(how)),
  "stale-plan": ({ plan, isClear }) => isRedeployed(plan) || !isClear,
  "version-mismatch": ({ world, it }) => it.asked.expect !== undefined && !hasExpectedIncoming(world, it),
  "service-unreadable": ({ isClear }) => !isClear,
  "pair-removed": ({ plan, it }) =>
    editsOf(plan).some(({ at, to }) => at <= it.until && !to.some(({ of }) => of === it.pair)),
  // No pair of these worlds refuses whoever comes while another one runs.
  "pair-busy": () => false,
  "queue-full": ({ world, it }) => besidesIt(world, it) >= (it.asked.breakGlass ? ALL_PLACES : PLACES),
};

/** Places of a pair where ids are no longer than these, but for those that operators have for themselves. */
const PLACES = 20;

const ALL_PLACES = 29;

/** Others of its pair that were under way when it came, or at some time until it was turned away. */
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

/** Whether both services were read in the same slot: somebody was swapping. */
function areBeside(
  seen: readonly { readonly side: string; readonly slot: string; readonly at: number }[],
): boolean {
  return seen.some((a) => seen.some((b) => a.at === b.at && a.side !== b.side && a.slot === b.slot));
}

/** Why only a person can go on; a claim alone is enough where its host may have died with the call. */
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

/** One of these was not answered, or answered so that nobody knows what came of it, or what it began never ended well. */
function hasLost(world: World, it: Case, puts: readonly Put[]): boolean {
  return puts.some(({ put, side }) => {
    const how = answersOf(world, it).find((e) => e.put.put === put)?.how ?? "lost";
    const came = world.effects.some((e) => e.put === put && e.production === side && e.at <= it.until);
    return !/^(200|202)$/.test(how) || !came;
  });
}

/** Where nobody knows of a host's last call, a person may have swapped in its place. */
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
