import type { Dice } from "../world/dice";
import { request, type Request, type Themes } from "./user-actions";
import type { UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;
const GREEN = "shop-green";

type Calm = Pick<WorldPlan, "userActions"> & Partial<WorldPlan>;

/** Calm worlds with at most one obstacle: outcome and time are known in advance. */
export const themesOfProgress = {
  progress: (dice) => {
    const { userActions, ...over } = dice.pick(obstacles)(dice);
    return {
      ...{ sharing: undefined, wire: undefined, soak: undefined, window: undefined },
      stableForMs: dice.pick([30, 60]) * SECOND,
      ...over,
      userActions: userActions.map((userAction) =>
        userAction.kind === "request" ? { ...userAction, ...asked(dice) } : userAction,
      ),
    };
  },
} satisfies Themes;

/** By message or over HTTP. */
function asked(dice: Dice): Partial<Request> {
  return { channel: dice.pick(["queue", "queue", "http"] as const) };
}

const obstacles: readonly ((dice: Dice) => Calm)[] = [
  () => ({ userActions: [first()] }),
  (dice) => ({ userActions: [first({ promote: dice.pick(["staging", "green", "blue"] as const) })] }),
  (dice) => ({ userActions: [first({ expect: dice.pick(["right", "wrong"] as const) })] }),
  /** Nothing prevents it from ending in time. */
  (dice) => ({ userActions: [first({ expiresAfter: dice.between(30, 50) * MINUTE })] }),
  /** Something prevents it. */
  (dice) => ({
    userActions: [first({ expiresAfter: dice.between(1, 6) * MINUTE }), unready(0, 20 * MINUTE)],
    readinessDeadlineMs: 12 * MINUTE,
  }),
  (dice) => ({
    userActions: [first({ at: 5 * SECOND }), unready(0, dice.pick([20, 90, 240]) * SECOND)],
    readinessDeadlineMs: 12 * MINUTE,
  }),
  () => ({
    userActions: [first({ at: 5 * SECOND }), unready(0, 60 * MINUTE)],
    readinessDeadlineMs: 6 * MINUTE,
  }),
  /** Instances change state during readiness. */
  (dice) => ({
    userActions: [first(), ...[1, 2, 3].map((n) => unready(n * 80 * SECOND, dice.between(10, 40) * SECOND))],
    stableForMs: MINUTE,
  }),
  (dice) => ({ userActions: [first({ notBeforeIn: dice.between(1, 8) * MINUTE })] }),
  (dice) => ({ userActions: [first(), hold(dice.between(0, 40), dice.between(60, 600))] }),
  (dice) => ({ userActions: [first(), cancel(dice.between(31, 55))], stableForMs: 2 * MINUTE }),
  (dice) => ({ userActions: [hold(0, 600), first({ at: SECOND }), cancel(dice.between(35, 400))] }),
  (dice) => ({
    userActions: [1, 2, 3].map((n) =>
      request(`r${n}`, { at: n * dice.between(0, 20) * SECOND, promote: side(dice) }),
    ),
  }),
  (dice) => ({ userActions: [first(), turnedAway(dice.between(1, 2), dice)] }),
  (dice) => ({
    userActions: [first(), onPut(dice.between(1, 2), { kind: "status", status: 409, code: "Conflict" })],
  }),
  (dice) => ({ userActions: [first(), onPut(1, dice.pick(endings))] }),
  approved,
  approved,
  /** Approvals stay valid although there is a hold. */
  (dice) => {
    const { userActions, ...over } = approved(dice, 5);
    return {
      ...over,
      userActions: [...userActions, hold(dice.between(25, 55), dice.between(60, 300))],
      stableForMs: MINUTE,
    };
  },
  (dice) => ({ ...gated(dice), userActions: [first(), vote("ann", dice.between(31, 200))] }),
  (dice) => ({
    ...gated(dice),
    userActions: [first(), vote("ann", 40), { ...vote("bob", dice.between(41, 200)), decision: "reject" }],
  }),
  (dice) => ({ ...gated(dice), userActions: [first(), cancel(dice.between(40, 200))] }),
  (dice) => {
    const from = dice.between(0, 20) * SECOND;
    return {
      userActions: [first({ at: from + SECOND })],
      window: { freeze: { from, to: from + dice.between(2, 20) * MINUTE } },
    };
  },
  (dice) => ({
    userActions: [first({ at: dice.between(5, 9) * MINUTE })],
    window: { allow: { everyMinutes: 10, forMs: 5 * MINUTE } },
  }),
  (dice) => ({
    userActions: [first()],
    window: { feed: { from: 0, to: 5 * MINUTE, readableAfter: dice.pick([0, 9]) * MINUTE } },
  }),
  (dice) => ({ userActions: [first()], ...watched(dice) }),
  sick,
  sick,
  (dice) => ({ ...sick(dice), ...watched(dice, "never") }),
  (dice) => ({
    userActions: [first(), { at: dice.between(50, 70) * SECOND, kind: "rollback", request: "r1" }],
    ...watched(dice),
  }),
];

const endings: readonly object[] = [
  { kind: "operation-fails" },
  { kind: "operation-canceled" },
  { kind: "status", status: 403, code: "AuthorizationFailed" },
  { kind: "reset-after" },
];

function first(over: Partial<Request> = {}): Request {
  return request("r1", over);
}

function side(dice: Dice): Request["promote"] {
  return dice.pick(["green", "blue", "staging"] as const);
}

function unready(at: number, forMs: number): UserAction {
  const state = { service: GREEN, instance: "WebRole_IN_1", state: "RoleStateBusy", seconds: forMs / SECOND };
  return { at, kind: "service-fault", serviceFault: { kind: "state", ...state } };
}

function hold(second: number, seconds: number): UserAction {
  return { at: second * SECOND, kind: "hold", pair: "shop", forMs: seconds * SECOND };
}

function cancel(second: number): UserAction {
  return { at: second * SECOND, kind: "cancel", request: "r1" };
}

function onPut(times: number, answer: object): UserAction {
  return { at: 0, kind: "arm-fault", fault: { method: "PUT", times, answer } };
}

function turnedAway(times: number, dice: Dice): UserAction {
  return onPut(
    times,
    dice.pick<object>([
      { kind: "status", status: 429, code: "TooManyRequests", retryAfter: dice.between(1, 100) },
      { kind: "status", status: 429, code: "RetryableErrorDueToAnotherOperation", retryAfter: 5 },
      { kind: "status", status: 409, code: "Conflict" },
    ]),
  );
}

function gated(dice: Dice): Pick<WorldPlan, "approval"> {
  return { approval: { quorum: 2, deadlineMs: dice.pick([6, 10]) * MINUTE, validForMs: 60 * MINUTE } };
}

/** The quorum approves, one after another or at once. */
function approved(dice: Dice, most = 60): Calm {
  const quorum = dice.between(1, 3);
  const people = ["ann", "bob", "cleo"].slice(0, Math.max(quorum, 2));
  const apart = Math.min(dice.pick([0, 10, 60]), most);
  return {
    userActions: [first(), ...people.map((by, n) => vote(by, 10 + n * apart))],
    approval: { quorum, deadlineMs: 10 * MINUTE, validForMs: 60 * MINUTE },
  };
}

function vote(by: string, second: number): Extract<UserAction, { kind: "vote" }> {
  const about = { request: "r1", by, application: false, stale: false } as const;
  return { at: second * SECOND, kind: "vote", decision: "approve", ...about };
}

function watched(dice: Dice, rollback: "automatic" | "never" = "automatic"): Partial<WorldPlan> {
  const soak = { forMs: dice.pick([1, 2]) * MINUTE, probed: true, asksStaging: false, rollback };
  return { soak, stableForMs: 30 * SECOND, operationSeconds: dice.pick([0.5, 2]) };
}

/** New production answers wrongly during the soak. */
function sick(dice: Dice): Calm {
  const at = dice.between(55, 75) * SECOND;
  const falls: UserAction = {
    at,
    kind: "sick",
    pair: "shop",
    side: "green",
    how: "failure",
    forMs: 30 * MINUTE,
  };
  return { userActions: [first(dice.chance(0.3) ? { irreversible: true } : {}), falls], ...watched(dice) };
}
