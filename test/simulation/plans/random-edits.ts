import type { ApprovalRule } from "../../../src/domain/approval/rule";
import type { Dice } from "../world/dice";
import { pairsFilesOf } from "./planned-pairs";
import type { PairsFile, PlannedPair, UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Usually all hosts are replaced by then. */
const APART_MS = 4 * MINUTE;

type EditOfPairs = Extract<UserAction, { kind: "edit-pairs" }>;

/** Successive edits of a pairs file from `at` on; a removed pair returns at the end. */
export function editsOf(dice: Dice, plan: Pick<WorldPlan, "pairs" | "approval">, at: number): EditOfPairs[] {
  const userActions: EditOfPairs[] = [];
  let [file = []] = pairsFilesOf({ ...plan, userActions: [] });
  let next = at;
  const edit = (to: PairsFile) => {
    userActions.push({ at: next, kind: "edit-pairs", to });
    next += dice.pick([20 * SECOND, APART_MS, 2 * APART_MS]) + dice.between(0, 60) * SECOND;
    file = to;
  };
  for (let n = dice.between(1, 3); n > 0; n--) {
    const whole = file;
    const changed = changedIn(dice, whole);
    edit(changed);
    if (changed.length === whole.length) continue;
    next = at + dice.pick([5, 20, 30]) * MINUTE + userActions.length * APART_MS;
    edit(dice.chance(0.5) ? whole : whole.map((pair) => renamed(pair, dice)));
  }
  return userActions;
}

/** One change of a file: a name, two names, sides, a rule, or a pair less. */
function changedIn(dice: Dice, file: PairsFile): PairsFile {
  const chosen = dice.between(0, file.length - 1);
  const one = (change: (pair: PlannedPair) => PlannedPair) =>
    file.map((pair, n) => (n === chosen ? change(pair) : pair));
  return dice.pick<() => PairsFile>([
    () => one((pair) => renamed(pair, dice)),
    () => one((pair) => renamed(pair, dice)),
    () => file.map((pair, n) => ({ ...pair, name: file[(n + 1) % file.length]?.name ?? pair.name })),
    () => one((pair) => ({ ...pair, exchanged: !pair.exchanged })),
    () => one((pair) => ({ ...pair, exchanged: !pair.exchanged })),
    () => (file.length > 1 ? file.filter((_, n) => n !== chosen) : one((pair) => renamed(pair, dice))),
    () => one((pair) => ({ ...pair, approval: ruleIn(dice, pair.approval) })),
    () => one((pair) => ({ ...pair, approval: ruleIn(dice, pair.approval) })),
  ])();
}

function renamed(pair: PlannedPair, dice: Dice): PlannedPair {
  return { ...pair, name: `${pair.of}-${dice.between(2, 9)}` };
}

/** Another rule, stricter or less strict; the deadline stays, because the model needs it. */
function ruleIn(dice: Dice, before: ApprovalRule | undefined): ApprovalRule | undefined {
  const rule = before ?? { quorum: 1, deadlineMs: 15 * MINUTE, validForMs: 60 * MINUTE };
  if (dice.chance(0.15)) return undefined;
  return dice.pick([
    { ...rule, quorum: dice.between(1, 3) },
    { ...rule, quorum: rule.quorum + 1 },
    { ...rule, validForMs: dice.pick([2, 5, 30]) * MINUTE },
    {
      ...rule,
      people: dice.pick([
        ["ann", "bob"],
        ["bob", "cleo"],
        ["bob", "cleo", "dora"],
      ]),
    },
    { ...rule, quorum: 1, people: undefined },
  ]);
}

/** Adds edits of the pairs to some worlds; schedules have separate edits. */
export function withEdits(plan: WorldPlan, dice: Dice): WorldPlan {
  if (plan.schedules || !dice.chance(0.08)) return plan;
  const edits = editsOf(dice, plan, dice.between(0, 8 * MINUTE));
  return { ...plan, userActions: [...plan.userActions, ...edits].sort((a, b) => a.at - b.at) };
}
