import type { Side } from "../../../src/domain/kernel/swap-request";
import type { WorldPlan } from "../plans/world-plan";
import { swapTimesOf } from "../world/policy-of";
import { type Judged, type Put, type PutRules, type RuleModule, Verdicts } from "./coverage";
import { couldHear } from "./failed-operation";
import { forwardRules } from "./forward-rules";
import type { History } from "./history";
import { rollbackRules } from "./rollback-rules";

/** How long after its claim an attempt may send. */
const CLAIM_WINDOW_MS = 60_000;

const rules: PutRules = {
  I8: alone,
  "I3 one at a time": inTurn,
  "I1 some request": ofSomeRequest,
  "one PUT per attempt": onePerExecution,
  "fresh reads": freshReads,
  "reads after the grant": afterTheGrant,
  "target not held yet": notHeld,
  "identity as planned": asPlanned,
  "claim window of 60 s": inWindow,
  "two lost attempts": twoUnknown,
};

/** Rules for every PUT, from the wire, by name. */
export const putRules: RuleModule = {
  rules: [rules, forwardRules, rollbackRules].flatMap((each) => Object.keys(each)),
  // Nothing is deployed there, and at most one reply is lost.
  notInSmallWorlds: ["I2 versions", "two lost attempts"],
  judge({ history, plan }: Judged) {
    const verdicts = new Verdicts();
    for (const put of history.puts) {
      const own = { ...rules, ...(history.isBack(put) ? rollbackRules : forwardRules) };
      for (const [name, rule] of Object.entries(own)) {
        const found = rule(history, put, plan);
        if (found === undefined) continue;
        const broken = found === true ? undefined : `PUT ${put.put} (${put.request}) ${found}`;
        verdicts.judged(name, put.n, broken);
      }
    }
    return verdicts;
  },
};

function earlierOf(history: History, put: Put): readonly Put[] {
  return history.puts.filter((e) => e.pair === put.pair && e.n < put.n);
}

/**
 * A promotion that has sent a PUT keeps the pair until its outcome is stored, unless it waits again (for a deployment
 * window or an approval) and its PUT can have no more effect.
 */
function inTurn(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  const others = earlierOf(history, put).filter((e) => e.request !== put.request);
  const open = others.find(
    (e) =>
      !history.stored.some(({ request, n }) => request === e.request && n < put.n) &&
      !isSpent(history, e, put, plan),
  );
  if (others.length === 0) return undefined;
  return open ? `before ${open.request}, which had sent one, had an outcome` : true;
}

/**
 * No two PUTs of a pair overlap. An operation with its effect is over after its deadline, or if nobody could read
 * that it still ran. A person who releases a halted pair during its operation accepts the overlap.
 */
function alone(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  if (earlierOf(history, put).length === 0) return undefined;
  const { operationDeadlineMs } = swapTimesOf(plan);
  const others = put.during.filter((n) => {
    const other = history.puts.find((e) => e.put === n);
    const isDone = history.effects.some((e) => e.put === n && e.n < put.n);
    if (other && isTakenOn(history, other, put)) return false;
    if (!isDone || !other) return true;
    const hadItsTime = put.at - other.at > operationDeadlineMs;
    return !hadItsTime && couldHear(history, other, put, plan);
  });
  return others.length > 0 ? `overlaps PUT ${others.join(", ")}` : true;
}

/** A person released the halted pair although that operation still ran. */
function isTakenOn(history: History, other: Put, put: Put): boolean {
  const outcome = history.stopsOf(other.pair).find((stop) => stop.request === other.request);
  return (
    outcome !== undefined &&
    history.released.some((e) => e.pair === other.pair && e.n > outcome.n && e.n < put.n)
  );
}

/** Refused, or old enough to count as lost, and without effect until then. */
function isSpent(history: History, { put, at }: Put, later: Put, plan: WorldPlan): boolean {
  if (history.effects.some((e) => e.put === put && e.n < later.n)) return false;
  const wasTurnedAway = history.over.some((e) => e.put === put && e.n < later.n && /^4\d\d$/.test(e.how));
  const { claimWindowMs, putTimeoutMs, operationDeadlineMs } = swapTimesOf(plan);
  return wasTurnedAway || later.at - at > claimWindowMs + putTimeoutMs + operationDeadlineMs;
}

const sides = ["blue", "green"] as const;

function ofSomeRequest(history: History, put: Put): string | true {
  return history.sent.some((e) => e.request === put.request) || "belongs to no request";
}

function onePerExecution(history: History, put: Put): string | true {
  const before = history.puts.some((e) => e.execution === put.execution && e.n < put.n);
  return before ? "is the second of one execution" : true;
}

/**
 * The sending execution has itself read both services, and the instances that count, all of them ready: the incoming
 * service's with break-glass, none for a rollback.
 */
function freshReads(history: History, put: Put): string | true {
  const own = [...history.reads, ...history.lists].filter(
    (e) => e.execution === put.execution && e.n < put.n,
  );
  const listed = history.isBack(put) ? [] : history.sidesToRun(put);
  const needed = [
    ...sides.map((side) => ({ kind: "read", side })),
    ...listed.map((side) => ({ kind: "listed", side })),
  ];
  const missing = needed.filter(({ kind, side }) => !own.some((e) => e.kind === kind && e.side === side));
  const described = missing.map(({ kind, side }) => `${side} never ${kind}`).join(", ");
  if (missing.length > 0) return `without its own reads of both services (${described})`;
  const last = (side: Side) =>
    history.lists.filter((e) => e.execution === put.execution && e.n < put.n && e.side === side).at(-1);
  const unready = listed.flatMap((side) => {
    const found = last(side)?.unready;
    return found === undefined ? [] : [`${side}: ${found}`];
  });
  return unready.length === 0 || `although its own reads showed ${unready.join(", ")}`;
}

/** Reads before the grant of the claim say nothing about later changes. */
function afterTheGrant(history: History, put: Put): string | true | undefined {
  const claim = history.claims.filter((e) => e.request === put.request && e.n < put.n).at(-1);
  if (!claim) return undefined;
  const early = [...history.reads, ...history.lists].find(
    (e) => e.execution === put.execution && e.n < put.n && e.at < claim.at,
  );
  return early === undefined || `after reads of ${early.side} that were older than its claim`;
}

function notHeld(history: History, put: Put): string | true {
  const held = history.lastReads(put).some((e) => e?.side === put.side && e.slot === "Production");
  return !held || `although ${put.side} had read as production`;
}

/** A PUT swaps what a plan of this request had read. */
function asPlanned(history: History, put: Put): string | true {
  const changed = history.lastReads(put).filter((now) => {
    const plans = history.reads.filter(
      (e) =>
        e.activity === "planPromotion" && e.request === put.request && e.side === now?.side && e.n < put.n,
    );
    return now && plans.length > 0 && plans.every((e) => e.version !== now.version);
  });
  const described = changed.map((e) => `${e?.side}'s ${e?.version}`).join(", ");
  return changed.length === 0 || `with ${described}, which no plan had seen`;
}

/** By true time, whatever the clocks of its host show. */
function inWindow(_: History, put: Put): string | true {
  return put.sinceMs < CLAIM_WINDOW_MS || `${put.sinceMs / 1000} s after its execution began`;
}

function twoUnknown(history: History, put: Put): string | true | undefined {
  const isUnknown = (how: string | undefined) =>
    how === undefined || how === "reset" || /^(5..|408)$/.test(how);
  const lost = history.puts.filter(
    (e) =>
      e.request === put.request &&
      e.side === put.side &&
      e.n < put.n &&
      isUnknown(history.over.find((o) => o.put === e.put)?.how),
  );
  if (lost.length === 0) return undefined;
  return lost.length < 2 || `follows ${lost.length} of unknown outcome`;
}
