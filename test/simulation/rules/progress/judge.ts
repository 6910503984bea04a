import { afters, boundOf } from "./bound";
import { type Case, casesOf, editsOf, type World, type WorldEnd } from "./case";
import { causeless, outcomes } from "./causes";
import type { Observed, Plan, Violation } from "./observed";
import { words, wordsKept } from "./words";

export interface Judgement {
  readonly violations: readonly Violation[];
  /** How often each rule had something to judge. */
  readonly exercised: Readonly<Record<string, number>>;
}

const endsAs = (outcome: string) => `progress: ends as ${outcome}`;
const endsAfter = (after: string) => `progress: ends after ${after}`;

/** Every rule, as its violations name it. */
export const progressRules: readonly string[] = [
  ...outcomes.map(endsAs),
  ...afters.map(endsAfter),
  ...words.map((word) => `progress: ${word}`),
];

/** Small worlds are seldom calm, and have one request. */
export const seldomInSmallWorlds: readonly string[] = progressRules.filter(
  (rule) => !rule.includes(": ends as") && !/ends after (nothing|harm)/.test(rule),
);

/**
 * Judges progress. Each outcome needs its cause on the wire or among people, comes within the time of its steps once
 * there is no obstacle, and timely votes and orders take effect. Shares no code with the product; residual risks are
 * judged elsewhere.
 */
export function judgeProgress(seen: Observed, planned: Plan, end: WorldEnd): Judgement {
  const plan = withEveryRule(planned);
  const world: World = { ...seen, ...end };
  const exercised: Record<string, number> = {};
  const violations: Violation[] = [];
  const judge = (invariant: string, it: Case, detail: string | undefined) => {
    exercised[invariant] = (exercised[invariant] ?? 0) + 1;
    const entry = it.outcome?.n ?? world.last;
    if (detail !== undefined) violations.push({ invariant, detail, entry });
  };
  const all = plan.risk ? [] : casesOf(world, plan);
  for (const it of all) {
    if (it.outcome?.outcome) judge(endsAs(it.outcome.outcome), it, causeless(world, plan, it));
    const bound = boundOf(world, plan, it, all);
    if (bound) judge(endsAfter(bound.after), it, late(world, it, bound.by));
    for (const { word, broken } of wordsKept(world, plan, it)) judge(`progress: ${word}`, it, broken);
  }
  return { violations, exercised };
}

/** With edited files any of their rules may apply: the largest quorum, for the shortest time. */
function withEveryRule(plan: Plan): Plan {
  const edits = editsOf(plan);
  const rules = [plan, ...edits.flatMap(({ to }) => to)].flatMap(({ approval }) => approval ?? []);
  const [first] = rules;
  if (edits.length === 0 || !first) return plan;
  const most = (pick: (rule: NonNullable<Plan["approval"]>) => number) => Math.max(...rules.map(pick));
  const approval = {
    quorum: most((rule) => rule.quorum),
    deadlineMs: most((rule) => rule.deadlineMs),
    validForMs: -most((rule) => -rule.validForMs),
  };
  return { ...plan, approval };
}

function late({ finished }: World, { request, until, outcome }: Case, by: number): string | undefined {
  if (outcome ? until <= by : finished) return undefined;
  const ended = outcome ? `ended only after ${seconds(until)}` : "never ended";
  return `${request} ${ended}, although nothing stood in its way that lasts until ${seconds(by)}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
