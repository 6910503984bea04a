import type { Dice } from "../world/dice";
import { serviceFault } from "./themes-of-the-slips";
import { chances, request, type Themes } from "./user-actions";
import type { UserAction } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
const GREEN = "shop-green";
const BLUE = "shop-blue";

/** One hostile situation each, which chance alone would produce once in a thousand worlds. */
export const themesOfTheSwap = {
  /** Activities are executed several times at once. */
  executedTwice: (dice) => ({
    userActions: [request("r1")],
    chances: chances({ activityTwice: 0.9, client: dice.pick([0, 0.05]) }),
    stableForMs: 30 * SECOND,
  }),
  /** An attempt is executed again while the PUT of the first execution is still under way. */
  secondWhilePutRuns: (dice) => ({
    userActions: [
      request("r1"),
      put(
        2,
        dice.pick<object>([
          { kind: "slow", delayMs: 45_000 },
          { kind: "operation", arrivesAfter: 45, answer: "reset" },
        ]),
      ),
    ],
    chances: chances({ activityTwice: 0.9, activityLate: 0.6 }),
    stableForMs: 30 * SECOND,
  }),
  /** Successive PUTs have no effect and no answer. */
  nothingComesOfIt: (dice) => ({
    userActions: [request("r1"), put(5, dice.pick(withoutTrace))],
    readinessDeadlineMs: 120 * MINUTE,
    stableForMs: 30 * SECOND,
  }),
  /** A PUT whose reply is lost takes effect late. */
  lateEffect: (dice) => ({
    userActions: [request("r1"), put(1, lateEffect(dice))],
    readinessDeadlineMs: 120 * MINUTE,
    stableForMs: 30 * SECOND,
  }),
  /** The host of an attempt stands still before its grant or its PUT, and one of its clocks may not show it. */
  frozenAttempt: (dice) => ({
    userActions: [request("r1")],
    chances: chances({ attemptFrozen: dice.pick([0.3, 0.6]), clockSet: dice.pick([0, 1]) }),
    stableForMs: 30 * SECOND,
  }),
  /** Instances stop running before a late attempt checks them. */
  notReadyAnyMore: (dice) => ({
    userActions: [
      request("r1"),
      serviceFault(dice.between(40, 100), trouble(dice, 600, ["RoleStateBusy", "RoleStateUnknown"])),
    ],
    chances: chances({ attemptLate: 1 }),
    stableForMs: 30 * SECOND,
  }),
  /** A person cancels the promotion before its late attempt claims. */
  cancelBeforeClaim: (dice) => ({
    userActions: [request("r1"), cancel(dice.between(40, 110) * SECOND)],
    chances: chances({ attemptLate: 1 }),
    stableForMs: 30 * SECOND,
  }),
  /** A person cancels the promotion while the operation runs. */
  cancelWhileRunning: (dice) => ({
    userActions: [request("r1"), cancel(dice.between(32, 90) * SECOND)],
    operationSeconds: dice.pick([70, 200]),
    stableForMs: 30 * SECOND,
  }),
  /** Checks of the role instances are late and far apart. */
  checksFarApart: () => ({
    userActions: [request("r1")],
    chances: chances({ activityLate: 0.7 }),
    stableForMs: 120 * SECOND,
  }),
  /** Instances are missing from the list during a readiness check. */
  notListed: (dice) => ({
    userActions: [
      request("r1", { at: 40 * SECOND }),
      serviceFault(dice.between(0, 30), {
        kind: "unlisted",
        service: dice.pick([GREEN, BLUE]),
        instance: "WebRole_IN_1",
        seconds: 900,
      }),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** Instances are in an unknown state. */
  troubleBeforeSwap: (dice) => ({
    userActions: [
      request("r1", { at: 40 * SECOND }),
      serviceFault(dice.between(0, 30), instanceState(dice, 900, ["RoleStateNobodyKnows"])),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** Another version is deployed between plan and swap. */
  redeployed: (dice) => ({
    userActions: [
      request("r1"),
      serviceFault(dice.between(5, 60), {
        kind: "redeployment",
        service: dice.pick([GREEN, BLUE]),
        version: "v9",
        seconds: 20,
      }),
    ],
    stableForMs: 120 * SECOND,
  }),
  /** Several requests for the same swap are in the queue, or one and its opposite. */
  inQueue: (dice) => ({
    userActions: [1, 2, 3].map((n) =>
      request(`r${n}`, { at: dice.between(0, 20 * SECOND), promote: dice.chance(0.8) ? "green" : "blue" }),
    ),
    stableForMs: 30 * SECOND,
  }),
  /** The platform is busy at the first attempt, and another request arrives. */
  platformBusy: (dice) => ({
    userActions: [
      request("r1"),
      request("r2", { at: dice.between(5, 60) * SECOND, promote: dice.pick(["green", "staging"]) }),
      dice.chance(0.5)
        ? put(2, { kind: "status", status: 409, code: "Conflict" })
        : put(1, { kind: "status", status: 429, code: "TooManyRequests", retryAfter: 120 }),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** The first in the queue halts. */
  firstHalts: (dice) => ({
    userActions: [
      request("r1"),
      request("r2", { at: 5 * SECOND }),
      put(1, dice.pick([{ kind: "operation-fails" }, { kind: "operation-canceled" }])),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** The operation runs for several polls, each with a new address, and fails; earlier addresses are refused. */
  operationMoves: (dice) => ({
    userActions: [
      request("r1"),
      put(1, {
        kind: "operation",
        outcome: dice.pick(["Failed", "Canceled"]),
        seconds: dice.between(25, 90),
      }),
    ],
    stableForMs: 30 * SECOND,
    wire: {
      operationUrls: { headers: dice.pick(["both", "location"]), characters: 3_200, expiresAfterPolls: 1 },
      errors: dice.pick(["nested", "top-level"]),
      throttling: {},
    },
  }),
  /** Every request is for staging; requests are repeated, and instance rows lag. */
  stagingForAll: (dice) => ({
    userActions: [1, 2].map((n) =>
      request(`r${n}`, {
        at: n * SECOND,
        promote: "staging",
        copies: 3,
        every: dice.between(5, 60) * SECOND,
      }),
    ),
    chances: chances({ rowLag: 0.7 }),
    stableForMs: 30 * SECOND,
  }),
  /** The same request is repeated after its outcome, finally with other content. */
  comesAgain: (dice) => ({
    userActions: [request("r1", { copies: 3, every: dice.pick([500, 20 * MINUTE]), otherContent: true })],
    stableForMs: 30 * SECOND,
  }),
  /** The broker loses its answers. */
  brokerLosesAnswers: () => ({
    userActions: [request("r1", { copies: 2, every: 20 * MINUTE })],
    chances: chances({ publishFails: 0.7, settlementLost: 0.3 }),
    stableForMs: 30 * SECOND,
  }),
  /** A person sets a hold during the wait for readiness. */
  holdBeforeReady: (dice) => ({
    userActions: [request("r1"), hold(dice.between(5, 25) * SECOND, dice.between(60, 300) * SECOND)],
    stableForMs: 30 * SECOND,
  }),
  /** A hold refuses an attempt, which is executed again when the lease has been acquired again. */
  refusedThenAgain: (dice) => {
    const at = dice.between(60, 100) * SECOND;
    return {
      userActions: [request("r1"), hold(at, dice.between(400, 460) * SECOND - at)],
      chances: chances({ attemptTwice: 1 }),
      stableForMs: 120 * SECOND,
    };
  },
  /** The service in staging changes while the plan is renewed. */
  stagingChanges: (dice) => ({
    userActions: [
      request("r1", { promote: "staging" }),
      serviceFault(dice.between(5, 60), { kind: "redeployment", service: GREEN, version: "v9", seconds: 20 }),
      serviceFault(dice.between(60, 400), { kind: "swap-by-hand", service: GREEN }),
    ],
    chances: chances({ activityLate: 0.8 }),
    stableForMs: 30 * SECOND,
  }),
  /** The run is terminated by hand. */
  terminated: (dice) => ({
    userActions: [
      request("r1"),
      { at: dice.pick([1_000, dice.between(1, 90) * SECOND]), kind: "terminate", request: "r1" },
    ],
    stableForMs: 60 * SECOND,
  }),
  /** The run is terminated by hand during the wait for the lease; people swap, and the request is repeated. */
  terminatedInQueue: (dice) => ({
    userActions: [
      hold(0, dice.between(60, 200) * SECOND),
      request("r1", { at: SECOND, promote: "staging", copies: 2, every: dice.between(20, 50) * SECOND }),
      { at: dice.between(4, 9) * SECOND, kind: "terminate", request: "r1" },
      serviceFault(dice.between(10, 15), { kind: "swap-by-hand", service: GREEN }),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** An operation runs longer than the product waits, and may still take effect then. */
  endlessOperation: (dice) => ({
    userActions: [request("r1"), put(1, endless(dice))],
    readinessDeadlineMs: 120 * MINUTE,
    stableForMs: 30 * SECOND,
  }),
  /** Hosts die repeatedly. */
  hostsDie: () => ({
    userActions: [request("r1"), request("r2", { at: 30 * SECOND, promote: "blue" })],
    chances: chances({ crash: 0.05, mostCrashes: 8 }),
    stableForMs: 30 * SECOND,
  }),
  /** The broker is down for longer than a run retries to publish. */
  brokerAway: (dice) => ({
    userActions: [
      request("r1"),
      { at: 20 * SECOND, kind: "broker-outage", forMs: dice.between(66, 90) * MINUTE },
    ],
    stableForMs: 30 * SECOND,
  }),
} satisfies Themes;

function put(times: number, answer: object): UserAction {
  return { at: 0, kind: "arm-fault", fault: { method: "PUT", times, answer } };
}

function hold(at: number, forMs: number): UserAction {
  return { at, kind: "hold", pair: "shop", forMs };
}

function cancel(at: number): UserAction {
  return { at, kind: "cancel", request: "r1" };
}

const withoutTrace: readonly object[] = [
  { kind: "reset-before" },
  { kind: "status", status: 500, code: "InternalServerError" },
  { kind: "status", status: 503, code: "ServerBusy", retryAfter: 10 },
];

function lateEffect(dice: Dice): object {
  return dice.pick<object>([
    { kind: "reset-after" },
    {
      kind: "operation",
      answer: dice.pick(["reset", "hang", 500, 503]),
      effectAfter: dice.between(20, 600),
      seconds: 600,
    },
    { kind: "operation", arrivesAfter: dice.between(20, 50), answer: "reset" },
    { kind: "operation", outcome: "never", effect: true },
  ]);
}

function endless(dice: Dice): object {
  const seconds = dice.between(35, 60) * 60;
  return dice.pick<object>([
    { kind: "operation", effectAfter: seconds, seconds },
    { kind: "operation", outcome: "never", effect: false },
  ]);
}

function instanceState(dice: Dice, seconds: number, states: readonly string[]): object {
  const service = dice.pick([GREEN, BLUE]);
  const instance = `WebRole_IN_${dice.between(0, 1)}`;
  return { kind: "state", service, instance, state: dice.pick(states), seconds };
}

function trouble(dice: Dice, seconds: number, states: readonly string[]): object {
  return dice.chance(0.3) ? { kind: "swap-by-hand", service: GREEN } : instanceState(dice, seconds, states);
}
