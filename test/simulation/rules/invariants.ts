import { pairsFilesOf } from "../plans/planned-pairs";
import type { WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import { START } from "../world/start";
import type { Timeline } from "../world/timeline";
import { type Judged, type Judgement, type RuleModule, Verdicts } from "./coverage";
import { crossingRules } from "./crossing-rules";
import { floodRules } from "./flood-rules";
import { History } from "./history";
import { pairsRules } from "./pairs-rules";
import { judgeProgress, progressRules, seldomInSmallWorlds } from "./progress/judge";
import { putRules } from "./put-rules";
import { requestRules } from "./request-rules";
import { scheduleRules } from "./schedule-rules";

export type { Violation } from "./history";

/**
 * Every decision is chained: the export of a pair contains what its events say, and nothing was edited, deleted or
 * moved.
 */
const auditRule: RuleModule = {
  rules: ["audit"],
  judge({ history }: Judged) {
    const verdicts = new Verdicts();
    for (const { n, pair, findings } of history.audits)
      verdicts.judged("audit", n, findings[0] === undefined ? undefined : `${pair}: ${findings[0]}`);
    return verdicts;
  },
};

/** The model that shares no code with the product. */
const progress: RuleModule = {
  rules: progressRules,
  notInSmallWorlds: seldomInSmallWorlds,
  judge: ({ history, plan, finished }: Judged) =>
    judgeProgress(history, plan, { startedAt: START, finished, clockErrorMs: clockErrorOf(plan) }),
};

/** All modules of rules. */
export const modules: readonly RuleModule[] = [
  requestRules,
  putRules,
  crossingRules,
  pairsRules,
  floodRules,
  scheduleRules,
  auditRule,
  progress,
];

/** The rules that a campaign must exercise. */
export function rulesOf({ small }: { readonly small: boolean }): readonly string[] {
  return modules.flatMap(({ rules, notInSmallWorlds = [] }) =>
    rules.filter((rule) => !small || !notInSmallWorlds.includes(rule)),
  );
}

/** Judges what Azure, the broker and people observed. `finished`: the world came to rest. */
export function check(timeline: Timeline, finished: boolean, plan: WorldPlan): Judgement {
  const judged = { history: new History(timeline, pairsFilesOf(plan)), plan, finished };
  const verdicts = new Verdicts();
  for (const { judge } of modules) verdicts.add(judge(judged));
  return {
    exercised: verdicts.exercised,
    violations: verdicts.violations.sort((a, b) => a.entry - b.entry),
  };
}
