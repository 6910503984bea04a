import { clockErrorOf } from "../world/clocks";
import { START } from "../world/start";
import { type Judged, type RuleModule, Verdicts } from "./coverage";
import type { History } from "./history";

const MINUTE = 60_000;
const HORIZON_MS = 90 * 86_400_000;
/** A request sent immediately before may not be known yet. */
const KNOWN_MS = 2 * MINUTE;
const ENDS_WITHIN_MS = 10 * MINUTE;
/** The number of promotions that may be under way for a pair, including an operator's. */
const LEAST_PLACES = 29;

type Report = (rule: (typeof rules)[number], entry: number, broken: string | undefined) => void;

const rules = ["squatted ids", "floods: too far", "floods: kept places", "floods: one cancel"] as const;

/** Rules about attacks on ids and places, and about the defence. */
export const floodRules: RuleModule = {
  rules,
  // Nobody attacks there.
  notInSmallWorlds: rules,
  judge(world: Judged) {
    const verdicts = new Verdicts();
    const report: Report = verdicts.report;
    judgeSquats(world, report);
    judgeTooFar(world, report);
    judgeKeptPlaces(world.history, report);
    judgeOneCancel(world, report);
    return verdicts;
  },
};

/** A request with an id of a schedule is never carried out: it gets no plan and no outcome. */
function judgeSquats({ history, plan }: Judged, report: Report): void {
  const { squats, scheduled, reads, puts, published } = history;
  for (const { id, n } of squats) {
    const own = scheduled.find((e) => e.request === id);
    const isIts = (e: { readonly request?: string }) => e.request === id;
    const acts = [...reads, ...puts, ...published.filter((e) => e.type !== "request.not-accepted")];
    // A schedule's own request is judged with it; before its time there is none.
    const from = own === undefined ? Infinity : own.minute * MINUTE - clockErrorOf(plan);
    const broken = acts.find((e) => isIts(e) && e.at < from);
    const isOther = published.some((e) => isIts(e) && e.bytes.includes('"requestReason":"mine"'));
    const isKept = broken === undefined && !isOther;
    report("squatted ids", n, isKept ? undefined : `${id} was carried out, and no schedule had asked for it`);
  }
}

/** A request beyond the horizon is not accepted. */
function judgeTooFar({ history, plan }: Judged, report: Report): void {
  const wrong = clockErrorOf(plan) + MINUTE;
  for (const { request, content, at, n } of history.sent) {
    const times = [...content.matchAll(/"(?:expiresAt|notBefore)":"([^"]+)"/g)].map(([, text = ""]) =>
      Date.parse(text),
    );
    if (!times.some((ms) => ms > START + at + HORIZON_MS + wrong)) continue;
    const ended = history.completions(request)[0];
    const isTaken = history.reads.some((e) => e.request === request) || ended !== undefined;
    report("floods: too far", n, isTaken ? `${request} was accepted, and is beyond the horizon` : undefined);
  }
  for (const { n, code } of history.turnedAway)
    if (code === "too-far-ahead") report("floods: too far", n, undefined);
}

/** An operator's break-glass gets a place when others get none. */
function judgeKeptPlaces(history: History, report: Report): void {
  for (const request of history.requests) {
    const [outcome] = history.completions(request);
    const { at = 0, pair } = history.sent.find((e) => e.request === request) ?? {};
    if (!outcome || !history.isBreakGlass(request)) continue;
    const others = history.requests.filter((other) => {
      const sent = history.sent.find((e) => e.request === other);
      const end = history.completions(other)[0];
      return (
        other !== request &&
        sent !== undefined &&
        sent.pair === pair &&
        sent.at <= outcome.at &&
        (end?.at ?? Infinity) >= at
      );
    });
    const isFull = history.published.some(
      (e) => e.code === "queue-full" && e.pair === pair && e.request !== request && e.at <= outcome.at,
    );
    if (!isFull || others.length >= LEAST_PLACES) continue;
    const isTurnedAway = outcome.code === "queue-full";
    report(
      "floods: kept places",
      outcome.n,
      isTurnedAway ? `${request} found no place besides ${others.length}` : undefined,
    );
  }
}

/** One call cancels everything that a pair has under way, except an imminent swap. */
function judgeOneCancel({ history, plan }: Judged, report: Report): void {
  for (const { pair, askedAt, at, n, answered } of history.allCancelled) {
    const isCalm = history.faults.every((e) => e.at > at + ENDS_WITHIN_MS || e.what.startsWith("{"));
    const isServed = history.hosts.every((e) => e.at > at + ENDS_WITHIN_MS || e.what.startsWith("up"));
    if (!isCalm || !isServed || !answered || plan.wire || plan.sharing || clockErrorOf(plan) > 0) continue;
    const all = history.sent.filter((e) => e.pair === pair && e.at <= askedAt - KNOWN_MS);
    const open = all.filter(({ request }) => {
      const end = history.completions(request)[0];
      const isOver = end !== undefined && end.at < askedAt;
      const isGone = history.published.some(
        (e) => e.type === "request.not-accepted" && e.request === request,
      );
      return !isOver && !isGone && !history.puts.some((put) => put.request === request);
    });
    for (const { request } of open) {
      const end = history.completions(request)[0];
      const isOver = (end?.at ?? history.lastAt) <= at + ENDS_WITHIN_MS;
      report(
        "floods: one cancel",
        end?.n ?? n,
        isOver ? undefined : `${request} goes on though all were cancelled`,
      );
    }
  }
}
