import type { Dice } from "../world/dice";
import { chances, request, type Themes } from "./user-actions";
import type { UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
/** Readiness takes half a minute and the swap some seconds; then the soak starts. */
const SOAKS_FROM = 45;

/** Events before a swap may start and after it: closing deployment windows, unhealthy releases. */
export const themesAround = {
  /** A release becomes unhealthy during the soak, and hosts die around the rollback. */
  soakFails: (dice) => ({
    ...watched(dice),
    userActions: [request("r1"), sick(dice, "green", "failure"), ...fault(dice)],
    chances: chances({ crash: dice.pick([0, 0.01]), mostCrashes: 3, activityTwice: dice.pick([0, 0.3]) }),
  }),
  /** The same for an irreversible request. */
  irreversible: (dice) => ({
    ...watched(dice),
    userActions: [request("r1", { irreversible: true }), sick(dice, "green", "failure")],
  }),
  /** Another request for the pair arrives during the soak, or right after the rollback. */
  rolledBackAndNext: (dice) => ({
    ...watched(dice),
    userActions: [
      request("r1"),
      request("r2", { at: dice.between(40, 60) * SECOND }),
      sick(dice, "green", "failure"),
      ...(dice.chance(0.3) ? [request("r3", { at: 41 * SECOND, promote: "staging" })] : []),
    ],
  }),
  /** A person orders the rollback, when it is possible and when it is not. */
  rollbackOrdered: (dice) => ({
    ...watched(dice),
    userActions: [
      request("r1"),
      { at: dice.between(30, 140) * SECOND, kind: "rollback", request: "r1" },
      ...(dice.chance(0.3) ? [sick(dice, "blue", "failure")] : []),
    ],
    chances: chances({ client: dice.pick([0, 0.05]), activityTwice: dice.pick([0, 0.5]) }),
  }),
  /** Probes get no answer for a while, which says nothing about the release. */
  probesUnanswered: (dice) => ({
    ...watched(dice),
    userActions: [
      request("r1"),
      {
        at: dice.between(45, 70) * SECOND,
        kind: "sick",
        pair: "shop",
        side: "green",
        how: "error",
        forMs: 25 * SECOND,
      },
    ],
  }),
  /** People approve, but the attempt is late: their approvals lapse. */
  approvalLapses: (dice) => ({
    userActions: [request("r1"), voteBy("ann", 10), voteBy("bob", dice.between(15, 30))],
    approval: approval({ validForMs: dice.between(40, 90) * SECOND }),
    chances: chances({ attemptLate: 1 }),
    stableForMs: 30 * SECOND,
  }),
  /** One vote is missing: one person votes twice, an application votes, and somebody votes on an unknown plan. */
  voteMissing: (dice) => ({
    userActions: [
      request("r1"),
      voteBy("ann", 10),
      voteBy("ann", 20),
      { ...voteBy("robot", 25), application: true },
      { ...voteBy("bob", 30), stale: true },
    ],
    approval: approval({ quorum: dice.between(1, 2) }),
    stableForMs: 30 * SECOND,
  }),
  /** Somebody rejects before, between and after the approvals. */
  rejected: (dice) => ({
    userActions: [
      request("r1"),
      voteBy("ann", 10),
      voteBy("bob", dice.between(12, 40)),
      { ...voteBy("cleo", dice.between(5, 45)), decision: "reject" },
    ],
    approval: approval({}),
    stableForMs: 30 * SECOND,
  }),
  /** The approved version is replaced before it is swapped. */
  redeployedAfterVotes: (dice) => ({
    userActions: [
      request("r1"),
      voteBy("ann", 10),
      voteBy("bob", 20),
      {
        at: dice.between(21, 55) * SECOND,
        kind: "service-fault",
        serviceFault: { kind: "redeployment", service: "shop-green", version: "v9", seconds: 10 },
      },
      ...(dice.chance(0.5) ? [voteBy("ann", 200), voteBy("cleo", 220)] : [voteBy("ann", 200)]),
    ],
    approval: approval({}),
    chances: chances({ crash: dice.pick([0, 0.005]), mostCrashes: 2 }),
    stableForMs: 60 * SECOND,
  }),
  /** A request, with or without break-glass, expires while its attempt is late. */
  expiresBeforeAttempt: (dice) => ({
    userActions: [
      request("r1", {
        expiresAfter: dice.between(35, 110) * SECOND,
        ...(dice.chance(0.3) ? { channel: "http", breakGlass: "operator" } : {}),
      }),
    ],
    chances: chances({ attemptLate: 1 }),
    stableForMs: 30 * SECOND,
  }),
  /** The first in the queue halts, its attempt is late, and the next one is ready to swap. */
  haltAndNext: (dice) => ({
    userActions: [
      request("r1"),
      request("r2", { at: dice.between(1, 8) * SECOND }),
      {
        at: 0,
        kind: "arm-fault",
        fault: { method: "PUT", times: 1, answer: { kind: "operation-fails" } },
      },
    ],
    chances: chances({ activityLate: dice.pick([0.15, 0.3]), deliveryLate: dice.pick([0, 0.1]) }),
    stableForMs: 30 * SECOND,
  }),
  /** The deployment window closes while an attempt is late. */
  windowCloses: (dice) => ({
    userActions: [request("r1")],
    window: { allow: { everyMinutes: 5, forMs: dice.between(20, 50) * SECOND } },
    chances: chances({ attemptLate: 1 }),
    stableForMs: 30 * SECOND,
  }),
  /** A freeze starts, a calendar cannot be read, or the request is for later. */
  frozenOrLater: (dice) => {
    const from = dice.between(0, 3) * MINUTE;
    const span = { from, to: from + dice.between(2, 9) * MINUTE };
    const feed = { ...span, readableAfter: dice.pick([0, 4 * MINUTE]) };
    return {
      userActions: [request("r1", dice.chance(0.4) ? { notBeforeIn: dice.between(1, 6) * MINUTE } : {})],
      window: dice.pick([{ freeze: span }, { feed }, {}]),
      stableForMs: 30 * SECOND,
    };
  },
} satisfies Themes;

function watched(dice: Dice): Pick<WorldPlan, "soak" | "stableForMs" | "operationSeconds"> {
  const soak = { forMs: MINUTE, probed: true, asksStaging: dice.chance(0.2), rollback: "automatic" } as const;
  return { soak, stableForMs: 30 * SECOND, operationSeconds: dice.pick([0.5, 2]) };
}

function sick(dice: Dice, side: "blue" | "green", how: "failure" | "error"): UserAction {
  const at = (SOAKS_FROM + dice.between(0, 40)) * SECOND;
  return { at, kind: "sick", pair: "shop", side, how, forMs: 30 * MINUTE };
}

function fault(dice: Dice): UserAction[] {
  const answer = dice.pick<object>([
    { kind: "reset-after" },
    { kind: "status", status: 409, code: "Conflict" },
    { kind: "operation-fails" },
    { kind: "operation", answer: dice.pick(["reset", 503]), effectAfter: dice.between(5, 300), seconds: 300 },
  ]);
  if (dice.chance(0.5)) return [];
  return [{ at: 40 * SECOND, kind: "arm-fault", fault: { method: "PUT", skip: 0, times: 1, answer } }];
}

function approval(over: Partial<NonNullable<WorldPlan["approval"]>>): NonNullable<WorldPlan["approval"]> {
  return { quorum: 2, deadlineMs: 15 * MINUTE, validForMs: 20 * MINUTE, ...over };
}

function voteBy(by: string, second: number): Extract<UserAction, { kind: "vote" }> {
  const about = { request: "r1", by, application: false, stale: false } as const;
  return { at: second * SECOND, kind: "vote", decision: "approve", ...about };
}
