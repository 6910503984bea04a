import type { WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import { START } from "../world/start";
import { mayStart } from "../world/times";
import { approvedInTime, approvedVersions } from "./approval-rule";
import type { Put, PutRules } from "./coverage";
import type { History } from "./history";
import { stable } from "./stable-rule";

/** Rules for a forward swap that do not apply to a rollback. */
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

/** Production goes to the requested side. */
function asAsked(history: History, put: Put): string | true | undefined {
  const targets = history.targetsOf(put.request);
  if (targets.length === 0) return undefined;
  return targets.includes(put.side) || `gives production to ${put.side}; asked was ${targets.join(" or ")}`;
}

/** The version that takes production is the one in the request. */
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

/** The times in a request, ms after the world's start; with several contents all of them. */
function askedTimes(history: History, { request }: Put, field: "expiresAt" | "notBefore"): readonly number[] {
  const times = history.sent.flatMap((e) => {
    const said =
      e.request === request ? new RegExp(`"${field}":("[^"]+"|\\d+)`).exec(e.content)?.[1] : undefined;
    if (said === undefined) return [];
    return [(said.startsWith('"') ? Date.parse(said.slice(1, -1)) : Number(said)) - START];
  });
  return times;
}

/** No attempt starts after its request has expired. */
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

/** At some time between its claim and its PUT the window was open, or an operator used break-glass. */
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

/** A hold does not apply to attempts that started before it. */
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

/** A halt or a rollback puts its pair on hold as soon as it is stored. */
function notHalted(history: History, put: Put): string | true | undefined {
  const stops = history.stopsOf(put.pair).filter(({ n }) => n < put.n);
  if (stops.length === 0) return undefined;
  const stands = stops.find(({ request, n }) => !history.mayBeReleased(put, { hold: haltOf(request), n }));
  return stands === undefined || `after ${stands.request} had put ${put.pair} on hold`;
}

/** The name of the hold of a halted promotion. */
export function haltOf(request: string): string {
  return `halt of ${request}`;
}

/** With break-glass the outgoing side need not run. */
function freshReadiness(history: History, put: Put): string | true {
  const isAlone = history.isBreakGlass(put.request);
  const isFresh = isAlone
    ? put.evidence.split(", ").includes(`${put.side}: ready`)
    : put.evidence === "blue: ready, green: ready";
  return isFresh || `without fresh readiness of ${isAlone ? put.side : "both services"} (${put.evidence})`;
}
