import { otherSide } from "../../src/domain/swap-request";
import { Verdicts, type Judged, type RuleModule } from "./coverage";
import { afterFailure, FAILED_AGAIN_RULE, FAILURE_RULE, failureTold } from "./failed-operation";
import { clockErrorOf } from "./clocks";
import { stagingWhenPlanned } from "./first-plan";
import type { History } from "./history";
import { LAST } from "./people";
import { isTurnedAway } from "./turned-away";

/** Judges one request; `tell` counts that there was something to judge, and takes what was wrong with it. */
type Rule = (
  world: Judged,
  request: string,
  tell: (entry: number, broken: string | undefined) => void,
) => void;

const rules: Readonly<Record<string, Rule>> = {
  I1: onlyOnce,
  "I1 target": whatWasAsked,
  "I3 last turn": lastGetsItsTurn,
  I4: oneEventId,
  "I5 PUT": noPutAfterCancel,
  "I5 outcome": notPromotedAfterCancel,
  "I6 success": successWasSeen,
  "I6 swapped": swapIsTold,
  I7: concluded,
  "I7 conflict": conflictAnswered,
  "I9 bytes": bytesStay,
  "I9 PUT": noPutAfterOutcome,
  "§3.9 regression": regressionIsNoSuccess,
  [FAILURE_RULE]: failureTold,
  [FAILED_AGAIN_RULE]: afterFailure,
};

/** What must hold of each request, whatever became of it. */
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

/** A request has one effective swap, and one that gives production back. */
function onlyOnce({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const effects = history.effectsOf(request);
  const backs = history.backsOf(request);
  for (const act of [backs, effects.filter((e) => !backs.includes(e))])
    act.forEach(({ n, production }, i) => {
      tell(n, i === 0 ? undefined : `swapped to ${production} a second time`);
    });
}

function whatWasAsked({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  for (const effect of history.effectsOf(request)) {
    const isRight = history.causeOf(effect)?.side === effect.production;
    tell(
      effect.n,
      isRight ? undefined : `gave production to ${effect.production}, which its PUT had not named`,
    );
  }
}

/** When all is at rest nobody holds the line: whoever asks then is looked after, unless it is turned away before its turn. */
function lastGetsItsTurn({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const [outcome] = history.completions(request);
  if (!request.startsWith(LAST) || !outcome) return;
  if (["refused", "unchanged"].includes(outcome.outcome ?? "")) return;
  if (stagingWhenPlanned(history, request).length === 0) return;
  const wasLookedAt = history.lists.some((e) => e.request === request && e.activity === "checkRoleState");
  tell(outcome.n, wasLookedAt ? undefined : `ended as ${outcome.outcome} without a turn`);
}

function oneEventId({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const events = history.completions(request);
  for (const { n, id } of events)
    tell(n, id === events[0]?.id ? undefined : "has a second completion event id");
}

/** An outcome that is told again is the same, byte for byte. */
function bytesStay({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const [first, ...again] = history.completions(request);
  for (const { n, id, bytes } of again)
    if (id === first?.id) tell(n, bytes === first.bytes ? undefined : "has an outcome that changed");
}

function noPutAfterCancel({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const cancel = history.cancels.find((e) => e.request === request);
  if (!cancel) return;
  const late = history.puts.find((put) => put.request === request && put.n > cancel.n);
  tell(late?.n ?? cancel.n, late && "sent a PUT after its cancel was acknowledged");
}

function notPromotedAfterCancel({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const isCancelled = history.cancels.some((e) => e.request === request);
  const [outcome] = history.completions(request);
  if (!isCancelled || !outcome) return;
  const isLie = outcome.outcome === "promoted";
  tell(outcome.n, isLie ? "was promoted although its cancel was acknowledged" : undefined);
}

function noPutAfterOutcome({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const [first] = history.completions(request);
  if (!first) return;
  const late = history.puts.find((put) => put.request === request && put.n > first.n);
  tell(late?.n ?? first.n, late && "sent a PUT after its outcome was told");
}

/** Success was told only after reads of both services had shown it. */
function successWasSeen({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const [event] = history.completions(request);
  if (!event || !["promoted", "swapped-back"].includes(event.outcome ?? "")) return;
  const isBack = history.backsOf(request).length > 0;
  if (event.outcome === "promoted" && isBack) {
    tell(event.n, "was swapped back, and is said to be promoted");
    return;
  }
  const targets = history.targetsOf(request);
  const sides = event.outcome === "promoted" ? targets : targets.map(otherSide);
  const wasShown = sides.some((side) => wasSeen(history, { pair: event.pair, n: event.n }, side));
  tell(event.n, wasShown ? undefined : `was said to be ${event.outcome} before a read showed it`);
}

function swapIsTold({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const [event] = history.completions(request);
  if (!event || history.effectsOf(request).length === 0) return;
  const tells = ["promoted", "swapped-back", "halted"].includes(event.outcome ?? "");
  tell(event.n, tells ? undefined : `swapped, and its outcome says ${event.outcome}`);
}

/** Whether reads of both services have shown `side` in production since it came to hold it last. */
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
 * What failed in its soak was not promoted: the wire showed the only run of the probes a failure. Not judged where
 * activities or news came twice or late: an answer that nobody waited for any more decides nothing.
 */
function regressionIsNoSuccess({ history }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const unclear = /runs twice|late|two hosts serve|is cut|dies/;
  const [event] = history.completions(request);
  const swap = history.effectsOf(request)[0];
  if (!event || !swap || history.faults.some((e) => unclear.test(e.what))) return;
  const answers = history.probed.filter(
    (e) => e.request === request && e.slot === "production" && e.n > swap.n && e.n < event.n,
  );
  // It is verified with the first that is well, and watched from then on.
  const verified = answers.find((e) => e.answer === "well");
  const failure = answers.find((e) => e.answer === "failure" && e.n > (verified?.n ?? Infinity));
  if (failure)
    tell(event.n, event.outcome === "promoted" ? "failed in its soak, and was promoted" : undefined);
}

function concluded({ history, finished, plan }: Judged, request: string, tell: Parameters<Rule>[2]): void {
  const isOver =
    finished || history.completions(request).length > 0 || isTurnedAway(history, request, clockErrorOf(plan));
  tell(history.last, isOver ? undefined : "has no outcome after every deadline and grace");
}

/** A request id with two contents: one of them is told that it was not accepted. */
function conflictAnswered(
  { history, finished, plan }: Judged,
  request: string,
  tell: Parameters<Rule>[2],
): void {
  const contents = new Set(history.sent.filter((e) => e.request === request).map((e) => e.content));
  if (!finished || contents.size < 2) return;
  const isAnswered = history.published.some(
    (e) => e.type === "request.not-accepted" && e.request === request && e.code === "request-conflict",
  );
  // Both may have expired when they came (640244).
  const isOver = isTurnedAway(history, request, clockErrorOf(plan));
  tell(
    history.last,
    isAnswered || isOver ? undefined : "came with two contents, and neither was turned away",
  );
}
