import type { Dice } from "../world/dice";
import type { PlannedSchedule, PlannedSchedules, UserAction, WorldPlan } from "./world-plan";

const MINUTE = 60_000;
const EXPIRIES = [2 * MINUTE, 4 * MINUTE, 12 * MINUTE, 30 * MINUTE];

/** Adds schedules to some worlds, and what people do with them. */
export function byTheClock(
  dice: Dice,
  pairs: readonly string[],
  userActions: UserAction[],
): Pick<WorldPlan, "schedules"> {
  if (!dice.chance(0.12)) return {};
  const schedules = schedulesOf(dice, pairs);
  userActions.push(...pairs.flatMap((pair) => aroundSchedules(dice, pair, schedules)));
  return { schedules };
}

/** One or two schedules per pair, with a few times each; two schedules share some of their times. */
function schedulesOf(dice: Dice, pairs: readonly string[]): PlannedSchedules {
  const file = Object.fromEntries(
    pairs.map((pair) => {
      const often = scheduleOf(dice, "often");
      const seldom = { ...scheduleOf(dice, "seldom"), minutes: everyOther(often.minutes) };
      return [
        pair,
        dice.chance(0.3) && seldom.minutes.length < often.minutes.length ? [seldom, often] : [often],
      ];
    }),
  );
  return { expiresAfterMs: dice.pick(EXPIRIES), file };
}

/** A schedule with one to four times, five or ten minutes apart. */
function scheduleOf(dice: Dice, name: string): PlannedSchedule {
  const first = dice.between(3, 14);
  const step = dice.pick([5, 10]);
  const minutes = Array.from({ length: dice.between(1, 4) }, (_, n) => first + n * step);
  return { name, minutes, promote: dice.pick(["green", "green", "staging", "blue"] as const) };
}

/** Events around the schedules of a pair: pauses, edits and absent hosts. */
function aroundSchedules(dice: Dice, pair: string, { file }: PlannedSchedules): UserAction[] {
  const own = file[pair] ?? [];
  const at = () => dice.between(1, 25) * MINUTE + dice.between(0, 59) * 1_000;
  const paused = at();
  const edited = at();
  const pause: UserAction[] = [
    { at: paused, kind: "pause", pair, schedule: dice.pick(["often", "often", "seldom"]) },
  ];
  const resume: UserAction[] = [
    {
      at: paused + dice.between(1, 14) * MINUTE,
      kind: "resume",
      pair,
      schedule: dice.pick(["often", "often", "renamed"]),
    },
  ];
  const edit: UserAction[] = [{ at: edited, kind: "edit", pair, to: editOf(dice, own) }];
  const undo: UserAction[] = [{ at: edited + dice.between(2, 12) * MINUTE, kind: "edit", pair, to: own }];
  const away: UserAction[] = [{ at: at(), kind: "kill", downMs: dice.between(1, 20) * MINUTE }];
  const missed: UserAction[] = own.slice(0, 1).flatMap((first): UserAction[] => {
    const from = dice.pick(first.minutes) * MINUTE - dice.between(1, 50) * 1_000;
    const downMs = dice.between(2, 9) * MINUTE;
    const to = [expiringAfter(dice, first), ...own.slice(1)];
    const change: UserAction = { at: from + dice.between(0, downMs + MINUTE), kind: "edit", pair, to };
    return [{ at: from, kind: "kill", downMs }, change];
  });
  return [
    ...(dice.chance(0.25) ? missed : []),
    ...(dice.chance(0.4) ? [...pause, ...(dice.chance(0.8) ? resume : [])] : []),
    ...(dice.chance(0.4) ? [...edit, ...(dice.chance(0.3) ? undo : [])] : []),
    ...(dice.chance(0.4) ? away : []),
  ];
}

/** Another name, other times, another expiry, or no first schedule. */
export function editOf(
  dice: Dice,
  [first, ...others]: readonly PlannedSchedule[],
): readonly PlannedSchedule[] {
  if (!first) return [scheduleOf(dice, "often")];
  const moved = first.minutes.map((minute) => minute + dice.between(1, 3));
  return dice.pick([
    [{ ...first, name: "renamed" }, ...others],
    [{ ...first, minutes: [...new Set(moved)] }, ...others],
    [{ ...first, name: "renamed", minutes: [...new Set(moved)] }, ...others],
    [expiringAfter(dice, first), ...others],
    [expiringAfter(dice, { ...first, name: "renamed" }), ...others],
    others,
  ]);
}

function expiringAfter(dice: Dice, schedule: PlannedSchedule): PlannedSchedule {
  return { ...schedule, expiresAfterMs: dice.pick(EXPIRIES) };
}

function everyOther(minutes: readonly number[]): number[] {
  return minutes.filter((_, n) => n % 2 === 0);
}
