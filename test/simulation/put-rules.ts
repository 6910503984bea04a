import type { History, Violation } from "./history";
import type { Of } from "./timeline";
import { approved } from "./approval-rule";
import { mayStart } from "./times";
import type { WorldPlan } from "./world-plan";
import type { Side } from "../../src/domain/swap-request";
import { swapTimesOf } from "./policy-of";
import { START } from "./start";

/** How long after its claim an attempt may send (design.md §4.2). */
const CLAIM_WINDOW_MS = 60_000;
/** A gap of more than three polls breaks a row of observations (design.md §3.6). */
const LONGEST_GAP_MS = 90_000;

type Put = Of<"put">;
type Rule = (history: History, put: Put, plan: Timing) => string | undefined;
/** What the rules of PUTs need to know of a world's plan. */
export type Timing = Pick<WorldPlan, "stableForMs" | "skewMs" | "opening" | "approval" | "swapTimes">;

/** What must hold of every PUT, from the wire; by the invariant or section of design.md that asks for it. */
export function putRules(history: History, plan: Timing): Violation[] {
  return history.puts.flatMap((put) =>
    rulesOf(history, put).flatMap(([invariant, rule]) => {
      const broken = rule(history, put, plan);
      return broken === undefined
        ? []
        : [{ invariant, detail: `PUT ${put.put} (${put.request}) ${broken}`, entry: put.n }];
    }),
  );
}

function rulesOf(history: History, put: Put): readonly (readonly [string, Rule])[] {
  return [...rules, ...(history.isBack(put) ? backRules : forwardRules)];
}

const rules: readonly (readonly [string, Rule])[] = [
  ["I8", alone],
  ["I3", inTurn],
  ["I1", ofSomeRequest],
  ["§4.3 one PUT", onePerExecution],
  ["§4.3 fresh reads", freshReads],
  ["§4.3 target held", notHeld],
  ["§4.3 identity", asPlanned],
  ["§4.3 60 s", inWindow],
  ["§4.6 two unknown", twoUnknown],
  ["§4.6 failed operation", afterFailure],
];

const forwardRules: readonly (readonly [string, Rule])[] = [
  ["I10", (history, put) => (isOnHold(history, put) ? `while pair ${put.pair} was on hold` : undefined)],
  ["I10", isOpen],
  ["I2", approved],
  ["I11", freshReadiness],
  ["§3.6 stableFor", stable],
  ["§3.2 target", asTold],
];

/** Holds, openings and the old side's health do not stand in the way of a swap-back. */
const backRules: readonly (readonly [string, Rule])[] = [
  ["§3.9 cause", hasCause],
  ["§3.9 irreversible", ({ sent }, { request }) => isIrreversible(sent, request)],
];

/** At some moment between its claim and its PUT the plan let swaps start, and the request did too; or an operator did. */
function isOpen(history: History, put: Put, plan: Timing): string | undefined {
  const { sent } = history;
  if (plan.skewMs > 0 || history.isBreakGlass(put.request)) return undefined;
  const request = sent.find((e) => e.request === put.request);
  const notBefore = /"notBefore":"([^"]+)"/.exec(request?.content ?? "")?.[1];
  const tooEarly = notBefore !== undefined && put.at < Date.parse(notBefore) - START;
  const began = put.at - put.sinceMs;
  const moments = Array.from({ length: Math.ceil(put.sinceMs / 1_000) + 1 }, (_, n) =>
    Math.min(began + n * 1_000, put.at),
  );
  const isShut = !moments.some((at) => mayStart(plan, at));
  return tooEarly || isShut ? "outside every opening" : undefined;
}

function isIrreversible(sent: History["sent"], request: string): string | undefined {
  const declared = sent.some((e) => e.request === request && e.content.includes('"irreversible":true'));
  return declared ? "gives production back although the request was declared irreversible" : undefined;
}

/** A swap-back was asked for, or the wire has shown trouble with new production since it was given. */
function hasCause(history: History, put: Put): string | undefined {
  const first = history.puts.find((e) => e.request === put.request);
  const since = (e: { readonly n: number }) => e.n > (first?.n ?? 0) && e.n < put.n;
  const trouble =
    history.asked.some((e) => e.request === put.request && since(e)) ||
    history.probed.some((e) => e.pair === put.pair && e.answer === "failure" && since(e)) ||
    history.lists.some(
      (e) => e.pair === put.pair && e.side === first?.side && e.unready !== undefined && since(e),
    );
  return trouble ? undefined : "gives production back, and nobody saw a reason";
}

/** A person's hold says nothing of attempts that had begun before it stood. */
function isOnHold(history: History, put: Put): boolean {
  const began = put.at - put.sinceMs;
  // An outcome that is told once more, because its request came once more, puts nothing on hold again.
  const firsts = history.published.filter((e, i, all) => all.findIndex(({ id }) => id === e.id) === i);
  const stops = [
    ...firsts.filter((e) => (e.outcome === "halted" || e.outcome === "swapped-back") && e.n < put.n),
    ...history.held.filter((e) => e.at < began),
  ].filter((e) => e.pair === put.pair);
  return stops.some(
    (stop) => !history.released.some((e) => e.pair === put.pair && e.n > stop.n && e.n < put.n),
  );
}

/**
 * Whoever has sent a PUT keeps the pair until its outcome is stored, unless it has to wait once more (for an opening, a
 * person) and nothing can come of what it has sent.
 */
function inTurn(history: History, put: Put, plan: Timing): string | undefined {
  const earlier = history.puts.find(
    (e) =>
      e.pair === put.pair &&
      e.request !== put.request &&
      e.n < put.n &&
      !history.stored.some(({ request, n }) => request === e.request && n < put.n) &&
      !isSpent(history, e, put, plan),
  );
  return earlier && `before ${earlier.request}, which had sent one, had an outcome`;
}

/** An operation that has had all its time counts as over once its effect was there: nothing more can come of it. */
function alone(history: History, { at, n, during }: Put, plan: Timing): string | undefined {
  const { operationDeadlineMs } = swapTimesOf(plan);
  const others = during.filter((put) => {
    const began = history.puts.find((e) => e.put === put)?.at ?? at;
    const isDone = history.effects.some((e) => e.put === put && e.n < n);
    return !isDone || at - began <= operationDeadlineMs;
  });
  return others.length > 0 ? `overlaps PUT ${others.join(", ")}` : undefined;
}

/** Turned away, or so long ago that it counts as lost, and without effect until then. */
function isSpent(history: History, { put, at }: Put, later: Put, plan: Timing): boolean {
  if (history.effects.some((e) => e.put === put && e.n < later.n)) return false;
  const wasTurnedAway = history.over.some((e) => e.put === put && e.n < later.n && /^4\d\d$/.test(e.how));
  const { claimWindowMs, putTimeoutMs, operationDeadlineMs } = swapTimesOf(plan);
  return wasTurnedAway || later.at - at > claimWindowMs + putTimeoutMs + operationDeadlineMs;
}

/** Under break-glass the outgoing side need not run. */
function freshReadiness(history: History, put: Put): string | undefined {
  const isAlone = history.isBreakGlass(put.request);
  const fresh = isAlone
    ? put.evidence.split(", ").includes(`${put.side}: ready`)
    : put.evidence === "blue: ready, green: ready";
  return fresh
    ? undefined
    : `without fresh readiness of ${isAlone ? put.side : "both services"} (${put.evidence})`;
}

const sides = ["blue", "green"] as const;

/** Whose instances must run before a forward PUT. */
function sidesToRun(history: History, { request, side }: Put): readonly Side[] {
  return history.isBreakGlass(request) ? [side] : sides;
}

function ofSomeRequest(history: History, put: Put): string | undefined {
  return history.sent.some((e) => e.request === put.request) ? undefined : "belongs to no request";
}

function onePerExecution(history: History, put: Put): string | undefined {
  const before = history.puts.some((e) => e.execution === put.execution && e.n < put.n);
  return before ? "is the second of one execution" : undefined;
}

/**
 * The execution that sends has itself read both services, and the instances that count: under break-glass the incoming
 * service's, for a swap-back none.
 */
function freshReads(history: History, put: Put): string | undefined {
  const own = [...history.reads, ...history.lists].filter(
    (e) => e.execution === put.execution && e.n < put.n,
  );
  const listed = history.isBack(put) ? [] : sidesToRun(history, put);
  const needed = [
    ...sides.map((side) => ({ kind: "read", side })),
    ...listed.map((side) => ({ kind: "listed", side })),
  ];
  const missing = needed.filter(({ kind, side }) => !own.some((e) => e.kind === kind && e.side === side));
  const told = missing.map(({ kind, side }) => `${side} never ${kind}`).join(", ");
  return missing.length === 0 ? undefined : `without its own reads of both services (${told})`;
}

function lastReads(history: History, put: Put): readonly (Of<"read"> | undefined)[] {
  return sides.map((side) =>
    history.reads.filter((e) => e.execution === put.execution && e.side === side && e.n < put.n).at(-1),
  );
}

function notHeld(history: History, put: Put): string | undefined {
  const held = lastReads(history, put).some((e) => e?.side === put.side && e.slot === "Production");
  return held ? `although ${put.side} had read as production` : undefined;
}

/** What is swapped is what some plan of this request had read. */
function asPlanned(history: History, put: Put): string | undefined {
  const changed = lastReads(history, put).filter((now) => {
    const plans = history.reads.filter(
      (e) =>
        e.activity === "planPromotion" && e.request === put.request && e.side === now?.side && e.n < put.n,
    );
    return now && plans.length > 0 && plans.every((e) => e.version !== now.version);
  });
  return changed.length === 0
    ? undefined
    : `with ${changed.map((e) => `${e?.side}'s ${e?.version}`).join(", ")}, which no plan had seen`;
}

function inWindow(_: History, put: Put): string | undefined {
  return put.sinceMs < CLAIM_WINDOW_MS ? undefined : `${put.sinceMs / 1000} s after its execution began`;
}

function twoUnknown(history: History, put: Put): string | undefined {
  const isUnknown = (how: string | undefined) =>
    how === undefined || how === "reset" || /^(5..|408)$/.test(how);
  const lost = history.puts.filter(
    (e) =>
      e.request === put.request &&
      e.side === put.side &&
      e.n < put.n &&
      isUnknown(history.over.find((o) => o.put === e.put)?.how),
  );
  return lost.length < 2 ? undefined : `follows ${lost.length} of unknown outcome`;
}

/**
 * Whoever heard that the operation of its swap failed does not try that swap again. Nobody may have heard of it where the
 * host died with it, or where it was told to an execution so late that its attempt may have been given up before.
 */
function afterFailure(history: History, put: Put): string | undefined {
  const told = history.failures.some((failure) => {
    const failed = history.puts.filter((e) => e.request === put.request && e.n < failure.n).at(-1);
    const mayBeUnheard =
      failure.sinceMs > CLAIM_WINDOW_MS ||
      history.hosts.some(({ host, n }) => host === failure.host && n > failure.n && n < put.n);
    return failure.request === put.request && failed?.side === put.side && failure.n < put.n && !mayBeUnheard;
  });
  return told ? "after it had been told that its operation failed" : undefined;
}

/**
 * Since the request's last PUT, and since it took its turn, the wire has shown each service ready in an unbroken row for
 * stableFor. Not judged where looks and news came twice, hosts froze, clocks were wrong or a run was terminated by hand,
 * whose wait goes on looking beside that of the next: then what went over the wire is not what was looked at.
 */
function stable(history: History, put: Put, { stableForMs, skewMs }: Timing): string | undefined {
  const unclear =
    /freezes|(checkRoleState|announceProgress) runs twice|two hosts serve|is terminated by hand/;
  if (skewMs > 0 || history.faults.some((e) => e.n < put.n && unclear.test(e.what))) return undefined;
  const puts = history.puts.filter((e) => e.request === put.request && e.n < put.n);
  const since = Math.max(-1, ...puts.map(({ n }) => n));
  const turnAt = turnOf(history, put);
  const short = sidesToRun(history, put).flatMap((side) => {
    const own = history.lists.filter(
      (e) => e.activity === "checkRoleState" && e.request === put.request && e.side === side && e.n < put.n,
    );
    const looks = own.filter(
      (e, i) =>
        e.n > since && e.at >= turnAt && !(e.unready !== undefined && mayBeLost(history, e, own[i - 1])),
    );
    const ms = longestRow(looks);
    return ms < stableForMs ? [`${side} for ${ms / 1000} s`] : [];
  });
  return short.length === 0 ? undefined : `although ready was seen only of ${short.join(" and ")}`;
}

/**
 * Its host died in the moment in which it passed on what it saw, and the next one may have had to look anew; or it is
 * the first look that repeats one of those, of which somebody may have heard before.
 */
function mayBeLost({ hosts }: History, look: Of<"listed">, before: Of<"listed"> | undefined): boolean {
  return [look, before].some((e) => e && hosts.some((host) => diedLooking(host, e)));
}

function diedLooking({ host, at, n, what }: Of<"host">, look: Of<"listed">): boolean {
  return (
    host === look.host && at === look.at && n > look.n && what.startsWith("dies at: activity checkRoleState")
  );
}

/** When the request took the turn in which it stands, as people are told: the news itself may be late. */
function turnOf(history: History, put: Put): number {
  const told = history.published.filter((e) => e.request === put.request && e.n < put.n);
  return Math.max(0, ...told.map(({ id }) => Number(/-turn-taken-(\d+)$/.exec(id)?.[1] ?? START) - START));
}

function longestRow(looks: readonly Of<"listed">[]): number {
  let longest = 0;
  let began: number | undefined;
  let last = 0;
  for (const { at, unready } of looks) {
    if (unready !== undefined) began = undefined;
    else {
      if (began === undefined || at - last > LONGEST_GAP_MS) began = at;
      longest = Math.max(longest, at - began);
      last = at;
    }
  }
  return longest;
}

/** A request's target is resolved once: what people were told first stands. */
function asTold(history: History, put: Put): string | undefined {
  const told = history.published.find(
    (e) => e.type === "promotion.progressed" && e.request === put.request && /"step":"planned"/.test(e.bytes),
  );
  const side = /-(blue|green) is to take production/.exec(told?.bytes ?? "")?.[1];
  return side === undefined || side === put.side
    ? undefined
    : `asks for ${put.side}; people were told ${side}`;
}
