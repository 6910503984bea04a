import { scheduledId } from "../../../src/domain/policy/schedule";
import { Dice } from "../world/dice";
import { pairKeyIn } from "../world/pair-ids";
import { sharingIn } from "../world/sharing";
import { START } from "../world/start";
import { editsOf } from "./random-edits";
import { randomWire } from "./random-wire";
import { putToUse } from "./small-uses";
import { squatsOn } from "./themes-of-the-file";
import { chances, expectedIn, request } from "./user-actions";
import type { Chances, UserAction, WorldPlan } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60_000;

/**
 * A small world: one pair, one or two hosts, one request (sometimes repeated), and one to three short kinds of harm.
 * Two in five have another use, such as approvals, soaks or schedules; in some, others edit the pairs file or take
 * schedules' ids. Campaigns play many of them.
 */
export function smallWorld(seed: number): WorldPlan {
  const dice = new Dice(seed).fork("purpose");
  const plan = { ...plainWorld(seed), ...shared(new Dice(seed).fork("sharing")) };
  const used = dice.chance(0.4) ? putToUse(plan, dice) : plan;
  const userActions = [...used.userActions, ...ofOthers(used, new Dice(seed).fork("others"))];
  return { ...used, userActions: userActions.sort((a, b) => a.at - b.at) };
}

/** Edits of the pairs file by others, or requests with ids of a schedule. */
function ofOthers(plan: WorldPlan, dice: Dice): readonly UserAction[] {
  if (plan.schedules) return dice.chance(0.3) ? squatsOn(dice, idsStartedIn(plan), 5 * MINUTE) : [];
  return dice.chance(0.08) ? editsOf(dice, plan, dice.between(0, MINUTE)) : [];
}

/** One in four has two hosts, or a separate host for HTTP; some poll slowly, or return under another name. */
function shared(dice: Dice): Partial<WorldPlan> {
  if (!dice.chance(0.25)) return {};
  const sharing = sharingIn(dice);
  return { sharing, hosts: sharing.apart ? 1 : 2 };
}

function idsStartedIn({ schedules }: WorldPlan): readonly string[] {
  const minutes = (schedules?.file["shop"] ?? []).flatMap((schedule) => schedule.minutes);
  return minutes.map((minute) => scheduledId(pairKeyIn("shop"), START + minute * MINUTE));
}

function plainWorld(seed: number): WorldPlan {
  const dice = new Dice(seed).fork("small world");
  const copies = dice.chance(0.3) ? 2 : 1;
  const givesUp = new Dice(seed).fork("gives up").chance(0.5);
  const asked = request("r1", {
    promote: dice.pick(["green", "green", "green", "staging", "blue"]),
    channel: copies === 1 && dice.chance(0.2) ? "http" : "queue",
    copies,
    every: dice.pick([0, 500, 20 * SECOND, 2 * MINUTE]),
    otherContent: copies > 1 && dice.chance(0.2),
    ...(givesUp ? { givesUp } : {}),
    ...expectedIn(new Dice(seed).fork("expect")),
  });
  const harms = Array.from({ length: dice.between(1, 3) }, () => dice.pick(harm)(dice));
  const userActions: UserAction[] = [asked, ...harms.flatMap((each) => ("kind" in each ? [each] : []))];
  const some = harms.flatMap((each) => ("kind" in each ? [] : [each]));
  return {
    seed,
    pairs: ["shop"],
    hosts: 1,
    // The minimum that a policy allows with the usual polling interval.
    stableForMs: 30 * SECOND,
    readinessDeadlineMs: 6 * MINUTE,
    operationSeconds: dice.pick([0.5, 2, 15]),
    repeatedPut: dice.pick(["no-op", "error", "toggle"] as const),
    skewMs: 0,
    chances: chances(Object.assign({}, ...some) as Partial<Chances>),
    calmAfterMs: 10 * MINUTE,
    reconcilerEveryMs: 6 * MINUTE,
    ...randomWire(seed),
    hasty: new Dice(seed).fork("hasty").chance(0.3),
    asksAtTheEnd: new Dice(seed).fork("asks at the end").chance(0.2),
    userActions: userActions.sort((a, b) => a.at - b.at),
  };
}

/** One kind of harm each: a chance of faults, or an event. */
const harm: readonly ((dice: Dice) => Partial<Chances> | UserAction)[] = [
  (dice) => ({ crash: dice.pick([0.003, 0.01]), mostCrashes: dice.between(1, 2) }),
  (dice) => ({ crash: dice.pick([0.003, 0.01]), mostCrashes: dice.between(1, 2) }),
  () => ({ client: 0.05 }),
  () => ({ activityTwice: 0.3 }),
  () => ({ attemptTwice: 0.7 }),
  () => ({ activityLate: 0.1 }),
  () => ({ deliveryLate: 0.1 }),
  () => ({ deliveryTwice: 0.2 }),
  () => ({ batchReordered: 0.4 }),
  () => ({ rowLag: 0.3 }),
  () => ({ eventsLost: 0.5 }),
  () => ({ timerOff: 0.5 }),
  () => ({ leaseStolen: 0.15 }),
  () => ({ publishFails: 0.4 }),
  () => ({ settlementLost: 0.4 }),
  () => ({ readFails: 0.1 }),
  () => ({ attemptLate: 0.5 }),
  () => ({ attemptFrozen: 0.3 }),
  () => ({ attemptFrozen: 0.5, clockSet: 1 }),
  fault,
  fault,
  fault,
  (dice) => ({ at: moment(dice), kind: "kill", downMs: dice.pick([0, 5 * SECOND, MINUTE]) }),
  (dice) => ({ at: moment(dice), kind: "stop", downMs: dice.pick([0, 5 * SECOND, MINUTE]) }),
  () => ({ staleRead: 0.5 }),
  (dice) => ({ at: moment(dice), kind: "freeze", forMs: dice.between(1, 55) * SECOND }),
  (dice) => ({ at: moment(dice), kind: "broker-outage", forMs: dice.between(1, 90) * SECOND }),
  (dice) => ({ at: moment(dice), kind: "cancel", request: "r1" }),
  (dice) => ({ at: moment(dice), kind: "terminate", request: "r1" }),
  (dice) => ({
    at: moment(dice),
    kind: "service-fault",
    serviceFault: {
      ...{ kind: "state", service: dice.pick(["shop-green", "shop-blue"]), instance: "WebRole_IN_0" },
      ...{ state: dice.pick(["RoleStateBusy", "RoleStateUnknown"]), seconds: dice.between(5, 60) },
    },
  }),
];

/** A time in the short life of such a promotion. */
function moment(dice: Dice): number {
  return dice.between(0, 50 * SECOND);
}

function fault(dice: Dice): UserAction {
  const method = dice.chance(0.7) ? "PUT" : "GET";
  const answer = dice.pick<object>(method === "PUT" ? onPut : onGet);
  const skip = method === "PUT" ? 0 : dice.between(0, 20);
  return { at: 0, kind: "arm-fault", fault: { method, skip, times: 1, answer } };
}

const busy = { kind: "status", status: 429, code: "RetryableErrorDueToAnotherOperation", retryAfter: 5 };
const throttled = { kind: "status", status: 429, code: "TooManyRequests", retryAfter: 10 };
const down = { kind: "status", status: 503, code: "ServerBusy", retryAfter: 5 };

/** Fates of a PUT that become known soon. */
const onPut: readonly object[] = [
  { kind: "reset-after" },
  { kind: "reset-after" },
  { kind: "operation-fails" },
  { kind: "operation-canceled" },
  { kind: "operation-lost" },
  { kind: "slow", delayMs: 20_000 },
  { kind: "operation", answer: 500, effectAfter: 5, seconds: 20 },
  { kind: "operation", answer: 503, effectAfter: 10, seconds: 20 },
  { kind: "operation", effectAfter: 0.5, seconds: 30 },
  { kind: "operation", outcome: "Failed", effect: true, seconds: 5 },
  { kind: "operation", headers: "none" },
  { kind: "operation", arrivesAfter: 5, answer: "reset" },
  { kind: "status", status: 409, code: "Conflict" },
  { kind: "status", status: 403, code: "AuthorizationFailed" },
  busy,
  throttled,
];

const onGet: readonly object[] = [
  { kind: "reset-before" },
  { kind: "reset-after" },
  { kind: "damaged", how: "truncated" },
  { kind: "damaged", how: "html" },
  { kind: "edited", remove: ["statuses"] },
  { kind: "edited", remove: ["slotType"] },
  { kind: "slow", delayMs: 10_000 },
  throttled,
  down,
];
