import type { Dice } from "../world/dice";
import { scheduled, weekly } from "./themes-by-the-clock";
import { chances, request, type Themes } from "./user-actions";
import type { UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
const GREEN = "shop-green";
const BLUE = "shop-blue";

/** Worlds that show one wrong operand, id or default: several items of a kind, and overlapping events. */
export const themesOfTheSlips = {
  /** PUTs have no effect, and the hosts that sent them die. */
  hostsDieBesideLostPuts: (dice) => ({
    ...patient,
    userActions: [
      request("r1"),
      onPut(6, { kind: "hang" }),
      { at: dice.between(40, 90) * SECOND, kind: "kill", downMs: dice.pick([0, 5, 60]) * SECOND },
    ],
  }),
  /** Azure is busy, instances change state, and the refused attempt is executed again. */
  turnedAwayThenAgain: (dice) => ({
    ...plain,
    userActions: [
      request("r1"),
      onPut(1, { kind: "status", status: 409, code: "Conflict" }),
      ...[0, 1, 2, 3, 4, 5].map((n) =>
        serviceFault(140 + 60 * n + dice.between(0, 9), {
          kind: "state",
          service: dice.pick([GREEN, BLUE]),
          instance: "WebRole_IN_1",
          state: "RoleStateBusy",
          seconds: 35,
        }),
      ),
    ],
    chances: chances({ attemptTwice: 1 }),
    stableForMs: 120 * SECOND,
  }),
  /** A person cancels after the swap, during the soak. */
  cancelWhileWatched: (dice) => ({
    ...watched(dice),
    userActions: [request("r1"), { at: dice.between(42, 100) * SECOND, kind: "cancel", request: "r1" }],
  }),
  /** PUTs have no effect, and people set holds in between. */
  lostAndHeld: (dice) => ({
    ...patient,
    userActions: [
      request("r1"),
      onPut(6, dice.pick(withoutTrace)),
      ...[6, 22, 42].map((minute) => hold((minute + dice.between(0, 6)) * MINUTE, 9 * MINUTE)),
    ],
  }),
  /** Many requests for both sides are in the queue, and somebody sets a hold for a while. */
  longQueue: (dice) => ({
    ...plain,
    userActions: [
      hold(0, dice.between(70, 110) * SECOND),
      ...[1, 2, 3, 4].map((n) =>
        request(`r${n}`, { at: 12 * n * SECOND, promote: n % 2 ? "green" : "blue" }),
      ),
      hold(dice.between(115, 150) * SECOND, dice.between(40, 90) * SECOND),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** Two requests in the queue are cancelled, and one is not. */
  cancelsOfOthers: (dice) => ({
    ...plain,
    userActions: [
      hold(0, 5 * MINUTE),
      ...[1, 2, 3].map((n) => request(`r${n}`, { at: n * SECOND })),
      ...dice
        .pick([
          ["r1", "r2"],
          ["r2", "r3"],
          ["r3", "r1"],
        ])
        .map((id): UserAction => ({ at: dice.between(70, 75) * SECOND, kind: "cancel", request: id })),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** A person orders the rollback just when the soak ends. */
  rollbackAtTheEnd: (dice) => ({
    ...watched(dice),
    userActions: [request("r1"), { at: dice.between(92_000, 112_000), kind: "rollback", request: "r1" }],
    chances: chances({ deliveryLate: dice.pick([0, 0.3]) }),
  }),
  /** Two people set holds, and one releases them. */
  twoHolds: (dice) => {
    const forMs = [dice.between(60, 120) * SECOND, dice.between(150, 300) * SECOND];
    const [first = 0, second = 0] = dice.chance(0.5) ? forMs : [...forMs].reverse();
    return {
      userActions: [
        hold(dice.between(0, 20) * SECOND, first),
        hold(dice.between(20, 40) * SECOND, second),
        request("r1", { at: 5 * SECOND }),
      ],
      stableForMs: 30 * SECOND,
    };
  },
  /** A short hold during a PUT, whose attempt is executed again. */
  holdWhilePutRuns: (dice) => ({
    userActions: [
      request("r1"),
      hold(dice.between(36, 44) * SECOND, dice.between(1, 20) * SECOND),
      onPut(2, { kind: "operation", arrivesAfter: 50, answer: "reset" }),
    ],
    chances: chances({ activityTwice: 0.9, activityLate: 0.6 }),
    stableForMs: 30 * SECOND,
  }),
  /** A swap halts, its event arrives at once and is acknowledged late, and people have released the pair by then. */
  haltDescribedAgain: (dice) => ({
    userActions: [
      request("r1"),
      onPut(1, { kind: "operation-fails" }),
      request("r2", { at: dice.between(4, 12) * MINUTE }),
    ],
    chances: chances({ publishFails: 0.9 }),
    calmAfterMs: 15 * MINUTE,
    stableForMs: 30 * SECOND,
  }),
  /** A release answers wrongly once during the soak. */
  fallsSickShortly: (dice) => ({
    ...watched(dice),
    userActions: [
      request("r1"),
      {
        at: dice.between(50, 85) * SECOND,
        kind: "sick",
        pair: "shop",
        side: "green",
        how: "failure",
        forMs: dice.between(8, 12) * SECOND,
      },
    ],
  }),
  /** Probes get no answer for as long as is tolerated, once or twice. */
  unansweredShortly: (dice) => ({
    ...watched(dice),
    userActions: [
      request("r1"),
      unanswered(dice.between(45, 50), dice.between(30, 42)),
      ...(dice.chance(0.6) ? [unanswered(dice.between(105, 110), dice.between(20, 30))] : []),
    ],
  }),
  /** The requester votes too. */
  votesOnOnesOwn: (dice) => ({
    userActions: [
      request("r1", { channel: "http" }),
      vote("oid-1", 10),
      ...(dice.chance(0.5) ? [vote("ann", 15)] : []),
    ],
    approval: { ...approval(), quorum: dice.between(1, 2) },
    stableForMs: 30 * SECOND,
  }),
  /** A schedule that was not paused is resumed right after its time, when its host was absent. */
  resumedForNothing: (dice) => ({
    ...scheduled([weekly([10, 20])], 12),
    userActions: [
      { at: 10 * MINUTE - 10 * SECOND, kind: "kill", downMs: dice.between(15, 60) * SECOND },
      { at: 10 * MINUTE + dice.between(0, 40) * SECOND, kind: "resume", pair: "shop", schedule: "weekly" },
    ],
  }),
  /** The storage of the entities does not answer for a while. */
  storageAway: (dice) => ({
    userActions: [request("r1", { at: dice.between(0, 20) * SECOND })],
    chances: chances({ client: 0.97 }),
    calmAfterMs: dice.between(2, 4) * MINUTE,
    stableForMs: 30 * SECOND,
  }),
  /** A person cancels, and the message of the cancel is lost. */
  cancelUnheard: (dice) => ({
    userActions: [
      request("r1"),
      ...[0, 1, 2].map((): UserAction => ({
        at: dice.between(5, 80) * SECOND,
        kind: "cancel",
        request: "r1",
      })),
    ],
    chances: chances({ client: 0.4 }),
    stableForMs: MINUTE,
  }),
  /** `notBefore` is so soon that both services are ready before. */
  beginsSoon: (dice) => ({
    ...plain,
    userActions: [request("r1", { notBeforeIn: dice.between(45, 59) * SECOND })],
    stableForMs: 30 * SECOND,
  }),
  /** A request expires within seconds of its late attempt. */
  expiresWithTheAttempt: (dice) => ({
    ...plain,
    userActions: [request("r1", { expiresAfter: dice.between(115, 128) * SECOND })],
    chances: chances({ attemptLate: 1 }),
    stableForMs: 30 * SECOND,
  }),
} satisfies Themes;

/** Without the optional parts of a random world. */
const plain = { sharing: undefined, wire: undefined, soak: undefined, window: undefined } as const;

export const patient = { readinessDeadlineMs: 120 * MINUTE, stableForMs: 30 * SECOND } as const;

const withoutTrace: readonly object[] = [
  { kind: "reset-before" },
  { kind: "status", status: 500, code: "InternalServerError" },
];

export function onPut(times: number, answer: object): UserAction {
  return { at: 0, kind: "arm-fault", fault: { method: "PUT", times, answer } };
}

function hold(at: number, forMs: number): UserAction {
  return { at, kind: "hold", pair: "shop", forMs };
}

export function serviceFault(second: number, what: object): UserAction {
  return { at: second * SECOND, kind: "service-fault", serviceFault: what };
}

function unanswered(second: number, seconds: number): UserAction {
  const about = { pair: "shop", side: "green", how: "error" } as const;
  return { at: second * SECOND, kind: "sick", forMs: seconds * SECOND, ...about };
}

function watched(dice: Dice): Pick<WorldPlan, "soak" | "stableForMs" | "operationSeconds"> {
  const soak = { forMs: MINUTE, probed: true, asksStaging: false, rollback: "automatic" } as const;
  return { soak, stableForMs: 30 * SECOND, operationSeconds: dice.pick([0.5, 2]) };
}

export function approval(): NonNullable<WorldPlan["approval"]> {
  return { quorum: 2, deadlineMs: 15 * MINUTE, validForMs: 20 * MINUTE };
}

export function vote(by: string, second: number, decision: "approve" | "reject" = "approve"): UserAction {
  const about = { request: "r1", by, application: false, stale: false } as const;
  return { at: second * SECOND, kind: "vote", decision, ...about };
}
