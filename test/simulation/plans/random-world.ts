import { armFault } from "./random-arm-fault";
import { LONGEST_STEP_MS } from "../world/clocks";
import { Dice } from "../world/dice";
import { sharingIn } from "../world/sharing";
import { withEdits } from "./random-edits";
import { byTheClock } from "./random-schedules";
import { approvalIn, askedByTheClock, votesOn } from "./random-votes";
import { randomWire } from "./random-wire";
import { themed } from "./themes";
import { expectedIn, malformed } from "./user-actions";
import { calmChances, type Chances, type UserAction, type WorldPlan } from "./world-plan";

const MINUTE = 60_000;

/** A small random world, every other one with a theme: the same seed makes the same world. */
export function randomWorld(seed: number): WorldPlan {
  const dice = new Dice(seed).fork("world");
  const edited = withEdits(world(seed, dice), dice.fork("pairs file"));
  const placed = themed(edited, dice.fork("theme"));
  return askedByTheClock(placed, dice.fork("votes by the clock"));
}

function world(seed: number, dice: Dice): WorldPlan {
  const pairs = dice.chance(0.25) ? ["shop", "billing"] : ["shop"];
  const requests = dice.chance(0.5) ? 1 : dice.between(2, 4);
  const userActions: UserAction[] = [];
  for (let n = 1; n <= requests; n++) userActions.push(...requestActions(dice, `r${n}`, dice.pick(pairs)));
  const troubles = dice.chance(0.2) ? 0 : dice.between(1, 4);
  for (let n = 0; n < troubles; n++) userActions.push(trouble(dice, dice.pick(pairs), requests));
  return {
    seed,
    pairs,
    hosts: dice.chance(0.3) ? 2 : 1,
    stableForMs: dice.pick([30_000, 60_000, 120_000]),
    readinessDeadlineMs: dice.pick([6, 6, 6, 12, 12, 30]) * MINUTE,
    operationSeconds: dice.pick([0.5, 2, 15, 70, 200]),
    repeatedPut: dice.pick(["no-op", "error", "toggle"] as const),
    skewMs: dice.chance(0.2) ? 10 * MINUTE : 0,
    chances: dice.chance(0.15) ? calmChances : randomChances(dice),
    calmAfterMs: dice.between(5, 60) * MINUTE,
    reconcilerEveryMs: dice.fork("reconciler").pick([1, 3, 6, 6]) * MINUTE,
    ...later(dice.fork("policy"), pairs, requests, userActions),
    ...byTheClock(dice.fork("schedules"), pairs, userActions),
    ...shared(dice.fork("sharing"), userActions),
    ...randomWire(seed),
    hasty: dice.fork("hasty").chance(0.3),
    asksAtTheEnd: dice.fork("asks at the end").chance(0.2),
    userActions: userActions.sort((a, b) => a.at - b.at),
  };
}

/** In two of three worlds hosts share their hub differently, and some hosts stop in order. */
function shared(dice: Dice, userActions: UserAction[]): Pick<WorldPlan, "sharing"> {
  if (dice.chance(0.3))
    userActions.push({ at: dice.between(0, 12 * MINUTE), kind: "stop", downMs: dice.pick([0, MINUTE]) });
  return dice.chance(0.67) ? { sharing: sharingIn(dice) } : {};
}

/** Requirements of some worlds' policies before and after a swap, and the events around them. */
function later(
  dice: Dice,
  pairs: readonly string[],
  requests: number,
  userActions: UserAction[],
): Pick<WorldPlan, "soak" | "window" | "approval"> {
  const isWatched = dice.chance(0.3);
  const isTimed = dice.chance(0.2);
  const isAsked = dice.chance(0.25);
  if (isAsked) for (let n = 1; n <= requests; n++) userActions.push(...votesOn(dice, `r${n}`));
  if (isWatched) userActions.push(...afterwards(dice, dice.pick(pairs), requests));
  return {
    ...(isWatched
      ? {
          soak: {
            forMs: dice.pick([30_000, 60_000]),
            probed: dice.chance(0.8),
            asksStaging: dice.chance(0.3),
            rollback: dice.chance(0.8) ? ("automatic" as const) : ("never" as const),
          },
        }
      : {}),
    ...(isAsked ? { approval: approvalIn(dice) } : {}),
    ...(isTimed ? { window: windowOf(dice) } : {}),
  };
}

function afterwards(dice: Dice, pair: string, requests: number): UserAction[] {
  const at = dice.between(1, 8) * MINUTE + dice.between(0, 59_999);
  const side = dice.pick(["green", "green", "blue"] as const);
  const how = dice.pick(["failure", "failure", "error"] as const);
  const sick: UserAction = {
    at,
    kind: "sick",
    pair,
    side,
    how,
    forMs: dice.pick([15_000, 120_000, 30 * MINUTE]),
  };
  const request = `r${dice.between(1, requests)}`;
  const ordered: UserAction = { at: dice.between(1, 8) * MINUTE, kind: "rollback", request };
  return [...(dice.chance(0.6) ? [sick] : []), ...(dice.chance(0.3) ? [ordered] : [])];
}

function windowOf(dice: Dice): NonNullable<WorldPlan["window"]> {
  const from = dice.between(0, 6) * MINUTE;
  const span = { from, to: from + dice.between(1, 20) * MINUTE };
  return {
    ...(dice.chance(0.6)
      ? {
          allow: {
            everyMinutes: dice.pick([5, 10, 20]),
            forMs: dice.pick([20_000, 70_000, 4 * MINUTE]),
          },
        }
      : {}),
    ...(dice.chance(0.4) ? { freeze: span } : {}),
    ...(dice.chance(0.3)
      ? { feed: { ...span, readableAfter: dice.chance(0.5) ? 0 : dice.between(1, 15) * MINUTE } }
      : {}),
  };
}

function requestActions(dice: Dice, request: string, pair: string): UserAction[] {
  const at = dice.between(0, dice.chance(0.5) ? 1_000 : 10 * MINUTE);
  const copies = dice.chance(0.4) ? dice.between(2, 4) : 1;
  const userAction: Extract<UserAction, { kind: "request" }> = {
    at,
    kind: "request",
    request,
    pair,
    promote: dice.pick(["green", "green", "green", "green", "blue", "staging"] as const),
    channel: dice.chance(0.2) ? "http" : "queue",
    copies,
    every: dice.chance(0.03) ? 3 * 60 * MINUTE : dice.pick([0, 500, 60_000, 8 * MINUTE]),
    ...(dice.chance(0.15) ? { expiresAfter: dice.between(1, 20) * MINUTE } : {}),
    // Before it expires: a later `notBefore` would be malformed.
    ...(dice.chance(0.1) ? { notBeforeIn: dice.between(10, 59) * 1_000 } : {}),
    ...(dice.chance(0.1) ? { irreversible: true } : {}),
    otherContent: copies > 1 && dice.chance(0.25),
    ...(dice.fork(`gives up ${request}`).chance(0.4) ? { givesUp: true } : {}),
    ...expectedIn(dice.fork(`expect ${request}`)),
  };
  const cancel: UserAction[] = dice.chance(0.25)
    ? [{ at: at + dice.between(0, 6 * MINUTE), kind: "cancel", request }]
    : [];
  return [
    userAction.channel === "http" ? withBreakGlass(userAction, dice.fork(`glass ${request}`)) : userAction,
    ...cancel,
  ];
}

function withBreakGlass(userAction: Extract<UserAction, { kind: "request" }>, dice: Dice): UserAction {
  const breakGlass = dice.pick(["operator", "operator", "requester", "application"] as const);
  return dice.chance(0.4) ? { ...userAction, breakGlass } : userAction;
}

function trouble(dice: Dice, pair: string, requests: number): UserAction {
  const at = dice.between(0, 12 * MINUTE);
  const kind = dice.pick([
    "service-fault",
    "service-fault",
    "service-fault",
    "service-fault",
    "arm-fault",
    "arm-fault",
    "arm-fault",
    "arm-fault",
    "kill",
    "kill",
    "freeze",
    "broker-outage",
    "terminate",
    "hold",
    "hold",
    "clock-set",
    "malformed",
    "new-version",
  ] as const);
  switch (kind) {
    case "service-fault":
      return { at, kind, serviceFault: serviceFault(dice, pair) };
    case "arm-fault":
      return { at, kind, fault: armFault(dice) };
    case "kill":
      return { at, kind, downMs: dice.pick([0, 5_000, 60_000, 10 * MINUTE]) };
    case "freeze":
      return { at, kind, forMs: dice.between(1_000, 55_000) };
    case "clock-set":
      return { at, kind, byMs: dice.pick([-1, 1]) * dice.between(1_000, LONGEST_STEP_MS), forMs: 5 * MINUTE };
    case "broker-outage":
      return { at, kind, forMs: dice.between(1_000, 10 * MINUTE) };
    case "terminate":
      return { at, kind, request: `r${dice.between(1, requests)}` };
    case "hold":
      return { at, kind, pair, forMs: dice.between(1_000, 10 * MINUTE), all: dice.fork("all").chance(0.3) };
    case "malformed":
      return { at, kind, body: dice.pick(malformed) };
    case "new-version":
      return { at, kind };
  }
}

function serviceFault(dice: Dice, pair: string): object {
  const service = `${pair}-${dice.pick(["blue", "green"])}`;
  const instance = `WebRole_IN_${dice.between(0, 1)}`;
  const seconds = dice.between(10, 500);
  const state = dice.pick([
    "RoleStateBusy",
    "RoleStateStopped",
    "RoleStateUnknown",
    "RoleStateRecycle",
    "RoleStateStarting",
    "RoleStateNobodyKnows",
  ]);
  return dice.pick([
    { kind: "state", service, instance, state, seconds },
    { kind: "state", service, instance, state, seconds },
    { kind: "state", service, state, seconds },
    { kind: "unlisted", service, instance, seconds },
    { kind: "restart", service, seconds },
    { kind: "healing", service, instance, seconds },
    { kind: "guest-os-update", service },
    { kind: "cycling", service, instance, seconds },
    { kind: "scale", service, role: "WebRole", capacity: dice.between(1, 3) },
    { kind: "redeployment", service, version: "v9", seconds },
    { kind: "other-operation", service, seconds, lock: dice.pick(["429", "409"]) },
    { kind: "swap-by-hand", service },
    { kind: "swap-by-hand", service },
  ]);
}

function randomChances(dice: Dice): Chances {
  const some = (rate: number, share = 0.4) => (dice.chance(share) ? rate * (0.2 + dice.roll()) : 0);
  return {
    crash: some(0.01, 0.6),
    mostCrashes: dice.between(1, 4),
    client: some(0.05),
    activityTwice: some(0.15),
    attemptTwice: some(0.3, 0.2),
    activityLate: some(0.1),
    deliveryLate: some(0.1),
    deliveryTwice: some(0.1),
    batchReordered: some(0.3),
    rowLag: some(0.2),
    eventsLost: some(0.3),
    timerOff: some(0.5),
    leaseStolen: some(0.1),
    publishFails: some(0.3),
    settlementLost: some(0.3),
    readFails: some(0.1),
    attemptLate: some(0.1, 0.2),
    attemptFrozen: some(0.1, 0.2),
    staleRead: dice.fork("stale reads").pick([0, 0.05, 0.5]),
    clockSet: dice.fork("clocks").chance(0.15) ? 1 : 0,
  };
}
