import type { WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import { START } from "../world/start";
import { mayStart } from "../world/times";
import { approvedInTime, approvedVersions } from "./approval-rule";
import type { Put, PutRules } from "./coverage";
import type { History } from "./history";
import { stable } from "./stable-rule";

/** What a forward swap needs, and a rollback does not. */
export const forwardRules: PutRules = {
  "target as asked": asAsked,
  "expected version": asExpected,
  "not after expiresAt": beforeExpiry,
  "not before notBefore": notBefore,
  "I2 quorum": approvedInTime,
  "I2 versions": approvedVersions,
  "I10 hold": notOnHold,
  "I10 halt": notHalted,
  "I10 deployment window": isOpen,
  I11: freshReadiness,
  "ready for stableFor": stable,
};

/** Production goes to the side that was asked for. */
function asAsked(history: History, put: Put): string | true | undefined {
  const targets = history.targetsOf(put.request);
  if (targets.length === 0) return undefined;
  return targets.includes(put.side) || `gives production to ${put.side}; asked was ${targets.join(" or ")}`;
}

/** What takes production is the version that the request names. */
function asExpected(history: History, put: Put): string | true | undefined {
  const expected = history.sent.flatMap(({ request, content }) =>
    request === put.request ? (/"expect":\{"version":"([^"]+)"\}/.exec(content)?.[1] ?? []) : [],
  );
  const incoming = history.lastReads(put).find((e) => e?.side === put.side);
  if (expected.length === 0 || !incoming) return undefined;
  return (
    expected.includes(incoming.version) || `gives production to ${incoming.version}, not to ${expected[0]}`
  );
}

/** When a request said something is to happen, ms after the world's start; of several contents the one that allows more. */
function askedTimes(history: History, { request }: Put, field: "expiresAt" | "notBefore"): readonly number[] {
  const times = history.sent.flatMap((e) => {
    const said =
      e.request === request ? new RegExp(`"${field}":("[^"]+"|\\d+)`).exec(e.content)?.[1] : undefined;
    if (said === undefined) return [];
    return [(said.startsWith('"') ? Date.parse(said.slice(1, -1)) : Number(said)) - START];
  });
  return times;
}

/** No attempt begins once its request has expired. */
function beforeExpiry(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  const times = askedTimes(history, put, "expiresAt");
  if (times.length === 0) return undefined;
  const lateMs = put.at - put.sinceMs - clockErrorOf(plan) - Math.max(...times);
  return lateMs <= 0 || `began ${lateMs / 1000} s after its request had expired`;
}

function notBefore(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  const times = askedTimes(history, put, "notBefore");
  if (times.length === 0 || history.isBreakGlass(put.request)) return undefined;
  const earlyMs = Math.min(...times) - put.at - clockErrorOf(plan);
  return earlyMs <= 0 || `came ${earlyMs / 1000} s before its request lets it`;
}

/** At some moment between its claim and its PUT the plan let swaps start; or an operator did. */
function isOpen(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  if (!plan.window || history.isBreakGlass(put.request)) return undefined;
  const wrong = clockErrorOf(plan);
  const from = put.at - put.sinceMs - wrong;
  const to = put.at + wrong;
  const moments = Array.from({ length: Math.ceil((to - from) / 1_000) + 1 }, (_, n) =>
    Math.min(from + n * 1_000, to),
  );
  return moments.some((at) => mayStart(plan, at, put.at)) || "outside every deployment window";
}

/** A person's hold says nothing of attempts that had begun before it stood. */
function notOnHold(history: History, put: Put): string | true | undefined {
  const began = put.at - put.sinceMs;
  const own = history.held.filter((e) => e.pair === put.pair && e.n < put.n);
  if (own.length === 0) return undefined;
  const stands = own.find((held) => {
    const asked = history.holdsAsked.find((e) => e.pair === held.pair && e.hold === held.hold);
    return held.at < began && !history.mayBeReleased(put, { hold: held.hold, n: asked?.n ?? held.n });
  });
  return stands === undefined || `while pair ${put.pair} was on hold (${stands.hold})`;
}

/** A halt, and a rollback, stop the line of their pair as soon as they are stored. */
function notHalted(history: History, put: Put): string | true | undefined {
  const stops = history.stopsOf(put.pair).filter(({ n }) => n < put.n);
  if (stops.length === 0) return undefined;
  const stands = stops.find(({ request, n }) => !history.mayBeReleased(put, { hold: haltOf(request), n }));
  return stands === undefined || `after ${stands.request} had stopped the line of ${put.pair}`;
}

/** How a person on call knows the hold of a halted promotion. */
export function haltOf(request: string): string {
  return `halt of ${request}`;
}

/** Under break-glass the outgoing side need not run. */
function freshReadiness(history: History, put: Put): string | true {
  const isAlone = history.isBreakGlass(put.request);
  const isFresh = isAlone
    ? put.evidence.split(", ").includes(`${put.side}: ready`)
    : put.evidence === "blue: ready, green: ready";
  return isFresh || `without fresh readiness of ${isAlone ? put.side : "both services"} (${put.evidence})`;
}
