import { otherSide } from "../../../src/domain/kernel/swap-request";
import { clockErrorOf } from "../world/clocks";
import { LAST } from "../world/people";
import { isTurnedAway } from "../world/turned-away";
import { type Judged, type RuleModule, Verdicts } from "./coverage";
import { afterFailure, FAILED_AGAIN_RULE, FAILURE_RULE, failureDescribed } from "./failed-operation";
import { stagingWhenPlanned } from "./first-plan";
import type { History } from "./history";

/** Judges one request. Call `report` if there was something to judge, with the violation if any. */
type Rule = (
  world: Judged,
  request: string,
  report: (entry: number, broken: string | undefined) => void,
) => void;

const rules: Readonly<Record<string, Rule>> = {
  I1: onlyOnce,
  "I1 target": whatWasAsked,
  "I3 lease at the end": lastGetsItsTurn,
  I4: oneEventId,
  "I5 PUT": noPutAfterCancel,
  "I5 outcome": notPromotedAfterCancel,
  "I6 success": successWasSeen,
  "I6 swapped": swapIsDescribed,
  I7: concluded,
  "I7 conflict": conflictAnswered,
  "I9 bytes": bytesStay,
  "I9 PUT": noPutAfterOutcome,
  "regression not promoted": regressionIsNoSuccess,
  [FAILURE_RULE]: failureDescribed,
  [FAILED_AGAIN_RULE]: afterFailure,
};

/** Rules for every request, whatever its outcome. */
export const requestRules: RuleModule = {
  rules: Object.keys(rules),
  judge(world) {
    const verdicts = new Verdicts();
    for (const request of world.history.requests)
      for (const [name, rule] of Object.entries(rules))
        rule(world, request, (entry, broken) => {
          verdicts.judged(name, entry, broken && `${request} ${broken}`);
        });
    return verdicts;
  },
};

/** A request has one effective swap, and one that returns production. */
function onlyOnce({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const effects = history.effectsOf(request);
  const backs = history.backsOf(request);
  for (const direction of [backs, effects.filter((e) => !backs.includes(e))])
    direction.forEach(({ n, production }, i) => {
      report(n, i === 0 ? undefined : `swapped to ${production} a second time`);
    });
}

function whatWasAsked({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  for (const effect of history.effectsOf(request)) {
    const isRight = history.causeOf(effect)?.side === effect.production;
    report(
      effect.n,
      isRight ? undefined : `gave production to ${effect.production}, which its PUT had not named`,
    );
  }
}

/** At rest no promotion blocks the pair: a last request is processed, unless it is refused before the lease. */
function lastGetsItsTurn({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const [outcome] = history.completions(request);
  if (!request.startsWith(LAST) || !outcome) return;
  if (["refused", "unchanged"].includes(outcome.outcome ?? "")) return;
  if (stagingWhenPlanned(history, request).length === 0) return;
  const wasCheckedAt = history.lists.some((e) => e.request === request && e.activity === "checkRoleState");
  report(outcome.n, wasCheckedAt ? undefined : `ended as ${outcome.outcome} without a lease`);
}

function oneEventId({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const events = history.completions(request);
  for (const { n, id } of events)
    report(n, id === events[0]?.id ? undefined : "has a second completion event id");
}

/** A repeated outcome is the same, byte for byte. */
function bytesStay({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const [first, ...again] = history.completions(request);
  for (const { n, id, bytes } of again)
    if (id === first?.id) report(n, bytes === first.bytes ? undefined : "has an outcome that changed");
}

function noPutAfterCancel({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const cancel = history.cancels.find((e) => e.request === request);
  if (!cancel) return;
  const late = history.puts.find((put) => put.request === request && put.n > cancel.n);
  report(late?.n ?? cancel.n, late && "sent a PUT after its cancel was acknowledged");
}

function notPromotedAfterCancel({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const isCancelled = history.cancels.some((e) => e.request === request);
  const [outcome] = history.completions(request);
  if (!isCancelled || !outcome) return;
  const isLie = outcome.outcome === "promoted";
  report(outcome.n, isLie ? "was promoted although its cancel was acknowledged" : undefined);
}

function noPutAfterOutcome({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const [first] = history.completions(request);
  if (!first) return;
  const late = history.puts.find((put) => put.request === request && put.n > first.n);
  report(late?.n ?? first.n, late && "sent a PUT after its outcome was published");
}

/** Success is published only after reads of both services have shown it. */
function successWasSeen({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const [event] = history.completions(request);
  if (!event || !["promoted", "rolled-back"].includes(event.outcome ?? "")) return;
  const isBack = history.backsOf(request).length > 0;
  if (event.outcome === "promoted" && isBack) {
    report(event.n, "was rolled back, and is said to be promoted");
    return;
  }
  const targets = history.targetsOf(request);
  const sides = event.outcome === "promoted" ? targets : targets.map(otherSide);
  const wasShown = sides.some((side) => wasSeen(history, { pair: event.pair, n: event.n }, side));
  report(event.n, wasShown ? undefined : `was said to be ${event.outcome} before a read showed it`);
}

function swapIsDescribed({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const [event] = history.completions(request);
  if (!event || history.effectsOf(request).length === 0) return;
  const reports = ["promoted", "rolled-back", "halted"].includes(event.outcome ?? "");
  report(event.n, reports ? undefined : `swapped, and its outcome says ${event.outcome}`);
}

/** Whether reads of both services have shown `side` in production since it took production last. */
function wasSeen(
  history: History,
  { pair, n }: { readonly pair: string | undefined; readonly n: number },
  side: string,
): boolean {
  const since = history.effects.find((e) => e.pair === pair && e.production === side && e.n < n);
  const seen = history.reads.filter((e) => e.pair === pair && e.n < n && e.n > (since?.n ?? Infinity));
  const shows = (isProduction: boolean) =>
    seen.some(
      (e) =>
        (e.side === side) === isProduction &&
        e.slot === (isProduction ? "Production" : "Staging") &&
        /^succeeded$/i.test(e.state),
    );
  return since !== undefined && shows(true) && shows(false);
}

/**
 * A promotion whose soak failed was not promoted: the wire showed its only run of the probes a failure. Not judged
 * when activities or messages were repeated or late: a late answer decides nothing.
 */
function regressionIsNoSuccess({ history }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const unclear = /runs twice|late|two hosts serve|is cut|dies/;
  const [event] = history.completions(request);
  const swap = history.effectsOf(request)[0];
  if (!event || !swap || history.faults.some((e) => unclear.test(e.what))) return;
  const answers = history.probed.filter(
    (e) => e.request === request && e.slot === "production" && e.n > swap.n && e.n < event.n,
  );
  // It is verified by the first good answer, and the soak starts then.
  const verified = answers.find((e) => e.answer === "well");
  const failure = answers.find((e) => e.answer === "failure" && e.n > (verified?.n ?? Infinity));
  if (failure)
    report(event.n, event.outcome === "promoted" ? "failed in its soak, and was promoted" : undefined);
}

function concluded({ history, finished, plan }: Judged, request: string, report: Parameters<Rule>[2]): void {
  const isOver =
    finished || history.completions(request).length > 0 || isTurnedAway(history, request, clockErrorOf(plan));
  report(history.last, isOver ? undefined : "has no outcome after every deadline and grace");
}

/** Of two contents with one request id, one gets a rejection. */
function conflictAnswered(
  { history, finished, plan }: Judged,
  request: string,
  report: Parameters<Rule>[2],
): void {
  const contents = new Set(history.sent.filter((e) => e.request === request).map((e) => e.content));
  if (!finished || contents.size < 2) return;
  const isAnswered = history.published.some(
    (e) => e.type === "request.not-accepted" && e.request === request && e.code === "request-conflict",
  );
  // Both may have expired when they arrived (640244).
  const isOver = isTurnedAway(history, request, clockErrorOf(plan));
  report(
    history.last,
    isAnswered || isOver ? undefined : "came with two contents, and neither was turned away",
  );
}
