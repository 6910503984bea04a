import { approval, onPut, patient, vote, serviceFault } from "./themes-of-the-slips";
import { chances, request, type Themes } from "./user-actions";
import type { UserAction } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
const GREEN = "shop-green";
const BLUE = "shop-blue";

/** Worlds that show a slip in checks of Azure and of the clock. */
export const themesOfTheChecks = {
  /** The outgoing service becomes unhealthy while readiness of both is checked. */
  outgoingFallsSick: (dice) => ({
    userActions: [
      request("r1"),
      serviceFault(dice.between(15, 50), {
        kind: "state",
        service: BLUE,
        instance: `WebRole_IN_${dice.between(0, 1)}`,
        state: dice.pick(["RoleStateBusy", "RoleStateStopped"]),
        seconds: 600,
      }),
    ],
    stableForMs: dice.pick([30, 60]) * SECOND,
  }),
  /** Resource Manager answers an occasional read with a fault. */
  readsFail: (dice) => ({
    userActions: [
      request("r1"),
      ...[1, 2, 3].map((): UserAction => {
        const answer = dice.pick<object>([
          { kind: "status", status: 503, code: "ServerBusy", retryAfter: 5 },
          { kind: "status", status: 429, code: "TooManyRequests", retryAfter: 5 },
          { kind: "damaged", how: dice.pick(["truncated", "empty"]) },
        ]);
        return getFault(dice.between(1, 40) * SECOND, dice.between(1, 3), answer);
      }),
    ],
    stableForMs: 30 * SECOND,
  }),
  /** A host stands still between the request for an attempt and its grant. */
  grantIsSlow: (dice) => ({
    userActions: [
      request("r1"),
      serviceFault(dice.between(32, 70), {
        kind: "state",
        service: dice.pick([GREEN, BLUE]),
        instance: "WebRole_IN_0",
        state: "RoleStateBusy",
        seconds: 600,
      }),
    ],
    chances: chances({ attemptFrozen: 0.6 }),
    stableForMs: 30 * SECOND,
  }),
  /** Somebody rejects while the attempt is under way. */
  rejectedLate: (dice) => ({
    userActions: [
      request("r1"),
      vote("ann", 10),
      vote("bob", 12),
      ...[0, 1, 2].map((n) => vote(`cleo${n}`, 40 + 10 * n + dice.between(0, 9), "reject")),
    ],
    approval: approval(),
    chances: chances({ attemptFrozen: 0.7 }),
    stableForMs: 30 * SECOND,
  }),
  /** A PUT is lost and takes effect late, and two hosts disagree about how long ago it was. */
  lostWhileClocksDiffer: (dice) => ({
    ...patient,
    hosts: 2,
    skewMs: 10 * MINUTE,
    userActions: [
      request("r1"),
      onPut(1, { kind: "operation", answer: "reset", effectAfter: dice.between(500, 880), seconds: 890 }),
      ...[2, 5, 8, 11].map((minute): UserAction => ({
        at: minute * MINUTE,
        kind: "kill",
        downMs: 2 * MINUTE,
      })),
    ],
  }),
  /** A PUT arrives as late as its caller waits, and its operation takes the longest allowed time. */
  lostAndLate: (dice) => ({
    ...patient,
    userActions: [
      request("r1"),
      onPut(1, {
        kind: "operation",
        arrivesAfter: dice.between(45, 55),
        answer: "reset",
        effectAfter: dice.between(885, 898),
        seconds: 899,
      }),
    ],
  }),
  /** An accepted operation that cannot be followed takes effect after its deadline. */
  acceptedAndNotFollowed: (dice) => {
    const seconds = dice.between(18, 40) * 60;
    const address = dice.pick<object>([{ headers: "none" }, { origin: "https://elsewhere.example" }]);
    return {
      ...patient,
      userActions: [
        request("r1"),
        onPut(1, { kind: "operation", effectAfter: seconds, seconds, ...address }),
      ],
    };
  },
} satisfies Themes;

function getFault(at: number, times: number, answer: object): UserAction {
  return { at, kind: "arm-fault", fault: { method: "GET", skip: 0, times, answer } };
}
