import { editOf } from "./random-schedules";
import { chances, request, type Themes } from "./user-actions";
import type { PlannedSchedule, UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;

/** What schedules start, and what happens to them. */
export const themesByTheClock = {
  /** The only host is absent at the time of a run: for as long as a run may be late, or for longer. */
  awayAtInstant: (dice) => {
    const expiresAfter = dice.pick([4, 12]);
    const away = dice.chance(0.3) ? dice.between(1, expiresAfter - 1) : expiresAfter + dice.between(1, 4);
    const at = 10 * MINUTE - dice.between(1, 40) * SECOND;
    return {
      ...scheduled([weekly([10, 30])], expiresAfter),
      userActions: [{ at, kind: "kill", downMs: away * MINUTE }],
    };
  },
  /** The clocks of two hosts differ, and their checks are late and repeated. */
  clocksApart: (dice) => ({
    ...scheduled([weekly([12, 17, 22])], dice.pick([4, 12])),
    hosts: 2,
    skewMs: dice.pick([0, 10 * MINUTE]),
    chances: chances({ activityLate: 0.2, activityTwice: 0.3 }),
    userActions: dice.chance(0.5) ? [{ at: 11 * MINUTE, kind: "kill", downMs: 3 * MINUTE }] : [],
  }),
  /** Hosts die while they start a due promotion, return, and are absent for longer than its expiry. */
  diesWhileStarting: (dice) => {
    const instants = [3, 8, 13, 18, 23];
    const away = (minute: number): UserAction => ({
      at: minute * MINUTE + dice.between(6, 50) * SECOND,
      kind: "kill",
      downMs: dice.between(1, 4) * MINUTE,
    });
    return {
      ...scheduled([weekly(instants)], dice.pick([2, 4])),
      hosts: dice.pick([1, 1, 1, 2]),
      chances: chances({ crash: 0.05, mostCrashes: 12, client: dice.pick([0, 0.1]) }),
      userActions: instants.map(away),
    };
  },
  /** A schedule is paused over one of its times and resumed after it. */
  paused: (dice) => ({
    ...scheduled([weekly([10, 20])], dice.pick([12, 30])),
    userActions: [
      { at: dice.between(2, 9) * MINUTE + 30 * SECOND, kind: "pause", pair: "shop", schedule: "weekly" },
      {
        at: dice.between(10, 18) * MINUTE + 30 * SECOND,
        kind: "resume",
        pair: "shop",
        schedule: "weekly",
      },
    ],
  }),
  /** A paused schedule gets another name or other times before it is resumed. */
  renamedWhilePaused: (dice) => {
    const all = [weekly([10, 20])];
    const to = editOf(dice, all);
    return {
      ...scheduled(all, 30),
      hosts: 2,
      userActions: [
        { at: dice.between(2, 7) * MINUTE, kind: "pause", pair: "shop", schedule: "weekly" },
        { at: dice.between(3, 8) * MINUTE, kind: "edit", pair: "shop", to },
        {
          at: dice.between(12, 19) * MINUTE,
          kind: "resume",
          pair: "shop",
          schedule: to[0]?.name ?? "weekly",
        },
      ],
    };
  },
  /** A schedule gets another name, other times, or is removed and restored, while hosts are replaced one by one. */
  edited: (dice) => {
    const all = [weekly([10, 20])];
    const at = dice.between(5, 10) * MINUTE;
    const undo: UserAction = { at: at + dice.between(2, 9) * MINUTE, kind: "edit", pair: "shop", to: all };
    return {
      ...scheduled(all, 30),
      hosts: 2,
      userActions: [
        { at, kind: "edit", pair: "shop", to: editOf(dice, all) },
        ...(dice.chance(0.5) ? [undo] : []),
      ],
    };
  },
  /** A schedule's promotion meets a request, a hold, and another schedule with the same time. */
  meetsOthers: (dice) => ({
    ...scheduled([weekly([10, 15, 20]), { ...weekly([15]), name: "monthly", promote: "blue" }], 12),
    userActions: [
      request("r1", { at: dice.between(9, 11) * MINUTE, promote: dice.pick(["blue", "staging"]) }),
      ...(dice.chance(0.5)
        ? [{ at: 9 * MINUTE, kind: "hold", pair: "shop", forMs: dice.between(1, 9) * MINUTE } as const]
        : []),
    ],
    chances: chances({ activityTwice: dice.pick([0, 0.4]) }),
  }),
} satisfies Themes;

/** Gives the pair `shop` these schedules. */
export function scheduled(
  shop: readonly PlannedSchedule[],
  expiresAfter: number,
): Pick<WorldPlan, "schedules" | "stableForMs"> {
  return {
    schedules: { expiresAfterMs: expiresAfter * MINUTE, file: { shop } },
    stableForMs: 30 * SECOND,
  };
}

export function weekly(minutes: readonly number[]): PlannedSchedule {
  return { name: "weekly", minutes, promote: "staging" };
}
