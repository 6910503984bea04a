import { failureTold } from "./failed-operation";
import { History, type Violation } from "./history";
import { putRules, type Timing } from "./put-rules";
import { scheduleRules } from "./schedule-rules";
import type { Timeline } from "./timeline";
import { isTurnedAway } from "./turned-away";
import type { WorldPlan } from "./world-plan";

export type { Violation } from "./history";

/** What the rules need to know of a world's plan. */
type Judged = Timing & Partial<Pick<WorldPlan, "schedules" | "deeds">>;

/** Checks design.md §4's invariants on what Azure, the broker and people saw. `finished`: the world came to its end. */
export function check(
  timeline: Timeline,
  finished: boolean,
  leases: readonly string[],
  plan: Judged,
): Violation[] {
  const history = new History(timeline);
  const perRequest = history.requests.flatMap((request) => [
    ...oneEffect(history, request),
    ...oneCompletion(history, request),
    ...nothingAfterCancel(history, request),
    ...nothingAfterOutcome(history, request),
    ...truthful(history, request),
    ...failureTold(history, request, plan),
    ...(finished ? [] : concluded(history, request)),
  ]);
  const held = finished ? leases.map((detail) => ({ invariant: "I3", detail, entry: history.last })) : [];
  return [
    ...perRequest,
    ...putRules(history, plan),
    ...scheduleRules(history, plan),
    ...conflictsAnswered(history, finished),
    ...audited(timeline),
    ...held,
  ].sort((a, b) => a.entry - b.entry);
}

/** Every decision is chained: the export of a pair holds what its events say, and nothing was edited, deleted or moved. */
function audited(timeline: Timeline): Violation[] {
  return timeline
    .of("audited")
    .flatMap(({ n, pair, findings }) =>
      findings.slice(0, 1).map((what) => ({ invariant: "audit", detail: `${pair}: ${what}`, entry: n })),
    );
}

function oneEffect(history: History, request: string): Violation[] {
  const effects = history.effectsOf(request);
  const away = effects.filter((e) => history.causeOf(e)?.side !== e.production);
  const backs = history.backsOf(request);
  const again = [backs, effects.filter((e) => !backs.includes(e))].flatMap((act) => act.slice(1));
  return [
    ...again.map(({ n, production }) => ({
      invariant: "I1",
      detail: `${request} swapped to ${production} a second time`,
      entry: n,
    })),
    ...away.map(({ n, production }) => ({
      invariant: "I1 target",
      detail: `${request} gave production to ${production}, which it had not asked for`,
      entry: n,
    })),
  ];
}

function oneCompletion(history: History, request: string): Violation[] {
  const [first, ...more] = history.completions(request);
  return more.flatMap((event) => {
    if (event.id !== first?.id)
      return [{ invariant: "I4", detail: `${request} has a second completion event id`, entry: event.n }];
    if (event.bytes !== first.bytes)
      return [{ invariant: "I9", detail: `the outcome of ${request} changed`, entry: event.n }];
    return [];
  });
}

function nothingAfterCancel(history: History, request: string): Violation[] {
  const cancel = history.cancels.find((e) => e.request === request);
  if (!cancel) return [];
  const puts = history.puts.filter((put) => put.request === request && put.n > cancel.n);
  const lies = history
    .completions(request)
    .filter((e) => e.outcome === "promoted")
    .slice(0, 1);
  return [
    ...puts.map(({ n }) => ({
      invariant: "I5",
      detail: `a PUT of ${request} after its cancel was acknowledged`,
      entry: n,
    })),
    ...lies.map(({ n }) => ({
      invariant: "I5",
      detail: `${request} was promoted although its cancel was acknowledged`,
      entry: n,
    })),
  ];
}

function nothingAfterOutcome(history: History, request: string): Violation[] {
  const [first] = history.completions(request);
  if (!first) return [];
  return history.puts
    .filter((put) => put.request === request && put.n > first.n)
    .map(({ n }) => ({ invariant: "I9", detail: `a PUT of ${request} after its outcome`, entry: n }));
}

/** I6, and its mirror: an outcome says what really happened. */
function truthful(history: History, request: string): Violation[] {
  const [event] = history.completions(request);
  if (!event?.outcome) return [];
  const { outcome, pair, n } = event;
  const lie = (detail: string) => [{ invariant: "I6", detail: `${request} ${detail}`, entry: n }];
  const isBack = history.backsOf(request).length > 0;
  if (outcome === "promoted" || outcome === "swapped-back") {
    const { data } = JSON.parse(event.bytes) as { data: { incoming: { side: string } | null } };
    const incoming = data.incoming?.side;
    const side = outcome === "promoted" ? incoming : incoming === "blue" ? "green" : "blue";
    if (outcome === "promoted" && isBack) return lie("was swapped back, and is said to be promoted");
    if (outcome === "promoted" && failedInSoak(history, request, n))
      return [{ invariant: "§3.9", detail: `${request} failed in its soak, and was promoted`, entry: n }];
    return wasSeen(history, { pair, n }, side)
      ? []
      : lie(`was said to be ${outcome} before a read showed it`);
  }
  return history.effectsOf(request).length > 0 && outcome !== "halted"
    ? lie(`swapped, and its outcome says ${outcome}`)
    : [];
}

/**
 * Whether the wire showed the only run of a soak's probes a failure; not judged where activities or news came twice or
 * late: an answer that nobody waited for any more decides nothing.
 */
function failedInSoak(history: History, request: string, before: number): boolean {
  const unclear = /runs twice|late|two hosts serve|is cut|dies/;
  if (history.faults.some((e) => unclear.test(e.what))) return false;
  const soaks = history.published.find((e) => e.request === request && e.bytes.includes('"step":"soaking"'));
  return history.probed.some(
    (e) =>
      e.request === request &&
      e.slot === "production" &&
      e.answer === "failure" &&
      e.n > (soaks?.n ?? Infinity) &&
      e.n < before,
  );
}

/** Whether reads of both services have shown `side` in production since it came to hold it last. */
function wasSeen(
  history: History,
  { pair, n }: { readonly pair: string | undefined; readonly n: number },
  side: string | undefined,
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

function concluded(history: History, request: string): Violation[] {
  if (history.completions(request).length > 0 || isTurnedAway(history, request)) return [];
  return [
    {
      invariant: "I7",
      detail: `${request} has no outcome after every deadline and grace`,
      entry: history.last,
    },
  ];
}

/** A request id with two contents: one of them is told that it was not accepted. */
function conflictsAnswered(history: History, finished: boolean): Violation[] {
  if (!finished) return [];
  return history.requests.flatMap((request) => {
    const contents = new Set(history.sent.filter((e) => e.request === request).map((e) => e.content));
    const answered = history.published.some(
      (e) => e.type === "request.not-accepted" && e.request === request && e.code === "request-conflict",
    );
    if (contents.size < 2 || answered) return [];
    return [
      {
        invariant: "I7",
        detail: `${request} came with two contents, and neither was turned away`,
        entry: history.last,
      },
    ];
  });
}
