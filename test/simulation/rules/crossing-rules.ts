import { calmChances, type WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import { type Judged, type RuleModule, Verdicts } from "./coverage";

/** The order of requests is known if they are sent at least this far apart. */
const APART_MS = 10_000;
/** How far timers may be off. */
const TIMER_MS = 1_000;

/** Rules for two events that overlap: requests of one pair, an order and the end of a soak, a PUT and the next one. */
export const crossingRules: RuleModule = {
  rules: ["queue in order", "rollback order kept", "Retry-After obeyed"],
  notInSmallWorlds: ["queue in order", "rollback order kept", "Retry-After obeyed"],
  judge(world) {
    const verdicts = new Verdicts();
    inOrder(world, verdicts);
    ordersGranted(world, verdicts);
    staysAway(world, verdicts);
    return verdicts;
  },
};

/** Without delays a request swaps only after earlier ones in the queue have swapped or ended. */
function inOrder({ history, plan }: Judged, verdicts: Verdicts): void {
  if (!isPlain(plan)) return;
  for (const b of history.sent) {
    const put = history.puts.find((e) => e.request === b.request);
    const before = history.sent.filter((e) => e.pair === b.pair && e.at <= b.at - APART_MS);
    if (!put || before.length === 0) continue;
    const isBefore = (e: { readonly request: string; readonly n: number }, request: string) =>
      e.request === request && e.n < put.n;
    const passed = before.find(
      ({ request }) => ![...history.puts, ...history.stored].some((e) => isBefore(e, request)),
    );
    const detail =
      passed && `${b.request} swapped before ${passed.request}, which had stood in the queue before it`;
    verdicts.judged("queue in order", put.n, detail);
  }
}

function isPlain({ userActions, chances, ...plan }: WorldPlan): boolean {
  const rates = Object.keys(calmChances) as (keyof typeof calmChances)[];
  return (
    rates.every((rate) => chances[rate] === calmChances[rate]) &&
    [plan.approval, plan.window, plan.schedules, plan.sharing, plan.wire].every((each) => !each) &&
    plan.hosts === 1 &&
    plan.skewMs === 0 &&
    userActions.every(
      (e) =>
        ["hold", "cancel"].includes(e.kind) ||
        (e.kind === "request" && e.copies === 1 && e.notBeforeIn === undefined),
    )
  );
}

/** After an acknowledged rollback order no event reports that the release stays. */
function ordersGranted({ history }: Judged, verdicts: Verdicts): void {
  for (const { request } of history.orders) {
    const [outcome] = history.completions(request);
    if (!outcome) continue;
    const isLie = outcome.outcome === "promoted";
    const detail = `${request} was promoted although the order to roll it back was acknowledged`;
    verdicts.judged("rollback order kept", outcome.n, isLie ? detail : undefined);
  }
}

/** A refused sender waits as long as the reply requires, unless its host died with the reply. */
function staysAway({ history, plan }: Judged, verdicts: Verdicts): void {
  const isUnclear = /dies|runs twice|two hosts serve|stands still|begins late/;
  if (clockErrorOf(plan) > 0 || history.faults.some((e) => isUnclear.test(e.what))) return;
  if (history.hosts.some(({ what }) => !what.startsWith("up"))) return;
  for (const { put: number, how, retryAfterMs, at, n } of history.over) {
    if (retryAfterMs === undefined || !["409", "429"].includes(how)) continue;
    const put = history.puts.find((e) => e.put === number);
    const next = history.puts.find((e) => e.request === put?.request && e.n > n);
    if (!next) continue;
    const isEarly = next.at < at + retryAfterMs - TIMER_MS;
    const detail = `PUT ${next.put} (${next.request}) came ${next.at - at} ms after one that was turned away for ${retryAfterMs} ms`;
    verdicts.judged("Retry-After obeyed", next.n, isEarly ? detail : undefined);
  }
}
