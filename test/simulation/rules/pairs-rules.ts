import { pairsFilesOf } from "../plans/planned-pairs";
import { clockErrorOf } from "../world/clocks";
import type { Of } from "../world/timeline";
import { isTurnedAway, mayTurnAway } from "../world/turned-away";
import { type Judged, type RuleModule, Verdicts } from "./coverage";
import type { History } from "./history";

const MINUTE = 60_000;
/** The time after all hosts have the file without a pair, for the reconciler, its events and their delivery. */
const ENDS_WITHIN_MS = 8 * MINUTE;

type Report = (rule: (typeof rules)[number], entry: number, broken: string | undefined) => void;

const rules = [
  "pairs: meant",
  "pairs: present rule",
  "pairs: removed",
  "pairs: removed ends",
  "pairs: known by key",
  "turned away",
] as const;

/** Rules about earlier requests after edits of the pairs file. */
export const pairsRules: RuleModule = {
  rules,
  // Nobody edits the pairs there, and all names are known.
  notInSmallWorlds: rules,
  judge(world: Judged) {
    const verdicts = new Verdicts();
    const report: Report = verdicts.report;
    judgeRefusals(world, report);
    if (!world.history.pairsRecord.isEdited) return verdicts;
    for (const put of world.history.puts) judgePut(world.history, put, report);
    judgeEvents(world.history, report);
    judgeRemoved(world, report);
    return verdicts;
  },
};

/**
 * A PUT swaps the services that its request named when it was accepted, and a forward PUT has its pair in its host's
 * file.
 */
function judgePut(history: History, put: Of<"put">, report: Report): void {
  const { pairsRecord } = history;
  const described = `PUT ${put.put} (${put.request})`;
  const meant = pairsRecord.meaningsOf(put.request).map(({ pair }) => pair);
  const isMeant = meant.length === 0 || meant.includes(put.pair);
  report(
    "pairs: meant",
    put.n,
    isMeant ? undefined : `${described} swaps ${put.pair}; asked was ${meant.join(" or ")}`,
  );
  if (history.isBack(put)) return;
  const entry = pairsRecord.entryAt(put.host, put.pair);
  report(
    "pairs: removed",
    put.n,
    entry ? undefined : `${described} swaps ${put.pair}, which its host has not in its file`,
  );
  // The approval rules judge the votes; this one only checks that the rule has changed.
  const planned = history.reads.find((e) => e.activity === "planPromotion" && e.request === put.request);
  const before = planned && pairsRecord.entryAt(planned.host, put.pair);
  if (JSON.stringify(before?.approval) !== JSON.stringify(entry?.approval))
    report("pairs: present rule", put.n, undefined);
}

/** An outcome is published under the key of the pair that was read in Azure, whatever its name. */
function judgeEvents(history: History, report: Report): void {
  for (const event of history.published) {
    const reads = history.reads.filter((e) => e.request === event.request && e.n < event.n);
    if (event.type !== "promotion.completed" || reads.length === 0) continue;
    const others = reads.filter((e) => e.pair !== event.pair);
    report(
      "pairs: known by key",
      event.n,
      others.length > 0
        ? `${event.request} is published for ${event.pair}, and had read ${others[0]?.pair}`
        : undefined,
    );
  }
}

/** A promotion that has sent nothing ends once no host has its pair. */
function judgeRemoved({ history, plan }: Judged, report: Report): void {
  for (const pair of plan.pairs)
    for (const { from, to } of goneSpans(history, pair, plan)) {
      const by = from + ENDS_WITHIN_MS + 2 * (plan.reconcilerEveryMs ?? MINUTE);
      const isCalm = history.faults.every(({ at, what }) => at < from || at > by || what.includes("edited"));
      const isServed = history.hosts.every(({ at, what }) => at < from || at > by || what.startsWith("up"));
      // The reconciler knows only pairs that were in a file when it ran.
      const isKnown = from > (plan.reconcilerEveryMs ?? MINUTE) + MINUTE / 2;
      if (to < by || !isCalm || !isServed || !isKnown) continue;
      for (const { request, n, at } of history.sent.filter((e) => e.pair === pair && e.at < from)) {
        if (history.puts.some((put) => put.request === request && put.at < by)) continue;
        const end = history.completions(request)[0];
        if ((end && end.at < from) || isWithoutRecord(history, request, plan)) continue;
        const isOver = end ? end.at <= by : by > history.lastAt;
        report(
          "pairs: removed ends",
          end?.n ?? n,
          isOver ? undefined : `${request}, sent at ${at}, goes on in no file`,
        );
      }
    }
}

/** A refused request has no promotion that could continue. */
function isWithoutRecord(history: History, request: string, plan: Judged["plan"]): boolean {
  const isRefused = history.turnedAway.some((each) => each.request === request);
  return isRefused || isTurnedAway(history, request, clockErrorOf(plan));
}

/** When no host had a pair in its file. */
function goneSpans({ pairsRecord, hosts, lastAt }: History, pair: string, plan: Judged["plan"]) {
  if (pairsFilesOf(plan).every((file) => file.some(({ of }) => of === pair))) return [];
  const moments = [
    ...new Set([0, ...hosts.map(({ at }) => at), ...hosts.map(({ at }) => at + 2 * MINUTE), lastAt]),
  ]
    .filter((at) => at <= lastAt)
    .sort((a, b) => a - b);
  const spans: { from: number; to: number }[] = [];
  moments.forEach((from, i) => {
    const to = moments[i + 1] ?? lastAt;
    const files = pairsRecord.inForce(from + 1, to - 1);
    const isGone = files.every((file) => !file.some(({ of }) => of === pair));
    const last = spans.at(-1);
    if (!isGone || to <= from) return;
    if (last?.to === from) last.to = to;
    else spans.push({ from, to });
  });
  return spans;
}

/** A request is refused without a record only for a cause: a name unknown to some host, an id, or a time. */
function judgeRefusals({ history, plan }: Judged, report: Report): void {
  const wrong = clockErrorOf(plan);
  const queued = history.published.flatMap(({ type, request, code = "", at, n }) => {
    const own = history.sent.find((e) => e.request === request);
    return type === "request.not-accepted" && own ? [{ ...own, code, at, n }] : [];
  });
  for (const { n, at, request, code, content } of [...queued, ...history.turnedAway]) {
    if (["request-conflict", "malformed-request", "dead-lettered"].includes(code)) continue;
    const isUnknown = code === "unknown-pair";
    const hasCause = isUnknown
      ? isUnknownSomewhere(history, request, content, at)
      : mayTurnAway(code, { request, content }, at, wrong);
    report(
      "turned away",
      n,
      hasCause ? undefined : `${request} was turned away as ${code}, and gave no cause for it`,
    );
  }
}

function isUnknownSomewhere(
  { pairsRecord, sent }: History,
  request: string,
  content: string,
  at: number,
): boolean {
  const { pair } = JSON.parse(content) as { readonly pair?: string };
  const from = Math.min(
    at - MINUTE,
    ...sent.filter((e) => e.request === request).map((e) => e.since ?? e.at),
  );
  return pairsRecord.inForce(from, at).some((file) => !file.some(({ name }) => name === pair));
}
