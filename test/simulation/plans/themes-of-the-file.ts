import { scheduledId } from "../../../src/domain/policy/schedule";
import type { Dice } from "../world/dice";
import { pairKeyIn } from "../world/pair-ids";
import { START } from "../world/start";
import { editsOf } from "./random-edits";
import { votesOn } from "./random-votes";
import { scheduled, weekly } from "./themes-by-the-clock";
import { chances, request, type Themes } from "./user-actions";
import type { UserAction } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Edits of the pairs file, squatted ids and full queues. */
export const themesOfTheFile = {
  /** Pairs are renamed, exchanged, removed and restored, and their rules changed, while promotions are under way. */
  editedPairs: (dice) => {
    const pairs = ["shop", "billing"];
    const approval = dice.chance(0.5)
      ? { quorum: dice.between(1, 2), deadlineMs: 15 * MINUTE, validForMs: dice.pick([3, 60]) * MINUTE }
      : undefined;
    const ids = ["r1", "r2", "r3"].slice(0, dice.between(2, 3));
    const edits = editsOf(dice, { pairs, approval }, dice.between(10 * SECOND, 6 * MINUTE));
    const isVoted = edits.some(({ to }) => to.some((pair) => pair.approval));
    const asked = ids.map((id, n) =>
      request(id, {
        at: n === 0 ? 0 : dice.between(0, 12 * MINUTE),
        pair: dice.pick(["shop", "shop", "billing"]),
        promote: dice.pick(["green", "green", "blue", "staging"]),
        channel: dice.pick(["queue", "queue", "http"]),
        ...(dice.chance(0.2) ? { notBeforeIn: dice.between(60, 600) * SECOND } : {}),
      }),
    );
    return {
      pairs,
      approval,
      hosts: dice.pick([1, 2, 2]),
      operationSeconds: dice.pick([2, 70, 200]),
      stableForMs: dice.pick([30 * SECOND, 2 * MINUTE, 4 * MINUTE]),
      chances: chances(dice.chance(0.3) ? { deliveryLate: 0.1, activityTwice: 0.2 } : {}),
      asksAtTheEnd: dice.chance(0.3),
      userActions: [
        ...asked,
        ...edits,
        ...(isVoted ? ids.flatMap((id) => votesOf(dice, id)) : []),
        ...(dice.chance(0.6) ? [stopped(dice)] : []),
      ],
    };
  },
  /** A stricter rule meets a promotion with enough approvals under the previous rule, during its wait for readiness. */
  tightened: (dice) => {
    const rule = { quorum: 1, deadlineMs: 15 * MINUTE, validForMs: 60 * MINUTE };
    const before = dice.chance(0.3) ? undefined : rule;
    const after = dice.pick([
      { ...rule, quorum: 3 },
      { ...rule, validForMs: 2 * MINUTE },
      { ...rule, people: ["cleo", "dora"] },
    ]);
    // With the sides exchanged too, the new plan must mean the requested service.
    const to = [{ of: "shop", name: "shop", approval: after, exchanged: dice.chance(0.4) }];
    return {
      approval: before,
      hosts: dice.pick([1, 2]),
      stableForMs: dice.pick([3, 5]) * MINUTE,
      userActions: [
        request("r1", { channel: dice.pick(["queue", "http"]) }),
        ...["ann", "bob"].map((by): UserAction => approving(by, dice.between(0, 30 * SECOND))),
        { at: dice.between(40, 150) * SECOND, kind: "edit-pairs", to },
        ...(dice.chance(0.5) ? ["cleo", "dora"].map((by): UserAction => approving(by, 7 * MINUTE)) : []),
      ],
    };
  },
  /** A pair is removed shortly before the claim of a swap, and sometimes restored. */
  takenOut: (dice) => {
    const stableMs = dice.pick([2, 2.5]) * MINUTE;
    const at = stableMs - dice.between(10, 50) * SECOND;
    // Without votes the request continues to wait, in no file.
    const approval = dice.chance(0.4)
      ? { quorum: 1, deadlineMs: 40 * MINUTE, validForMs: 60 * MINUTE }
      : undefined;
    const to = [{ of: "shop", name: "shop", approval }];
    const back: UserAction = { at: at + 25 * MINUTE, kind: "edit-pairs", to };
    return {
      stableForMs: stableMs,
      hosts: dice.pick([1, 1, 2]),
      sharing: undefined,
      reconcilerEveryMs: MINUTE,
      approval,
      userActions: [
        request("r1", dice.chance(0.5) ? { channel: "http", breakGlass: "operator" } : {}),
        ...(dice.chance(0.5) ? [request("r2", { at: 5 * SECOND, notBeforeIn: 40 * MINUTE })] : []),
        { at, kind: "edit-pairs", to: [] },
        ...(dice.chance(0.7) ? [back] : []),
      ],
    };
  },
  /** Somebody uses ids of scheduled promotions, early and late, in other letter case, for other pairs. */
  squatters: (dice) => {
    const minutes = [7, 14];
    const ids = minutes.map((minute) => scheduledId(pairKeyIn("shop"), START + minute * MINUTE));
    const squats = squatsOn(dice, ids, 16 * MINUTE);
    return {
      ...scheduled([weekly(minutes)], dice.pick([4, 12])),
      hosts: dice.pick([1, 2]),
      chances: chances(dice.chance(0.3) ? { deliveryTwice: 0.2, settlementLost: 0.3 } : {}),
      userActions: squats,
    };
  },
  /** Requests for weeks ahead, some beyond the horizon, fill the queue of a pair, and an operator needs a place. */
  floods: (dice) => {
    const DAY = 24 * 60 * MINUTE;
    const far = (id: string): UserAction =>
      request(id, {
        at: dice.between(0, 60 * SECOND),
        channel: dice.pick(["queue", "queue", "queue", "http"]),
        ...(dice.chance(0.93)
          ? { notBeforeIn: dice.between(1, 80) * DAY }
          : { notBeforeIn: dice.between(95, 400) * DAY, expiresAfter: 500 * DAY }),
      });
    const many = Array.from({ length: dice.between(29, 36) }, (_, n) => far(`f${n + 1}`));
    const urgent = request("r1", {
      at: dice.between(2, 4) * MINUTE,
      channel: "http",
      breakGlass: "operator",
    });
    const isPlain = dice.chance(0.8);
    const isCalm = dice.chance(0.5);
    return {
      ...(isPlain ? { sharing: undefined, wire: undefined } : {}),
      // Only without faults it is certain when a cancel has ended everything.
      ...(isCalm ? { skewMs: 0, chances: chances({}) } : {}),
      stableForMs: 30 * SECOND,
      reconcilerEveryMs: 6 * MINUTE,
      userActions: [...many, urgent, { at: dice.between(9, 12) * MINUTE, kind: "cancel-all", pair: "shop" }],
    };
  },
} satisfies Themes;

/** Requests under `ids`, some in other letter case, and under a guessed id. */
export function squatsOn(dice: Dice, ids: readonly string[], withinMs: number): UserAction[] {
  const guessed = `schedule-${dice.hex128()}-20261201T120700Z`;
  const inOtherCase = ids.map((id) => dice.pick([id.toUpperCase(), id.replace("schedule", "Schedule")]));
  return Array.from({ length: dice.between(2, 4) }, (): UserAction => ({
    at: dice.between(0, withinMs),
    kind: "squat",
    id: dice.pick([...ids, ...ids, ...inOtherCase, guessed]),
    pair: "shop",
    promote: dice.pick(["green", "blue"]),
    channel: dice.pick(["queue", "queue", "http"]),
  }));
}

function approving(by: string, at: number): UserAction {
  return { at, kind: "vote", request: "r1", by, application: false, decision: "approve", stale: false };
}

function votesOf(dice: Dice, id: string): UserAction[] {
  const all = ["ann", "bob", "cleo"].map((by): UserAction => ({
    at: dice.between(0, 8 * MINUTE),
    kind: "vote",
    request: id,
    by,
    application: false,
    decision: "approve",
    stale: false,
  }));
  return dice.chance(0.6) ? all : votesOn(dice, id);
}

/** Something that blocks a pair: a hold, a failing swap, or one with an unknown outcome. */
function stopped(dice: Dice): UserAction {
  const answer = dice.pick<object>([
    { kind: "operation-fails" },
    { kind: "operation-fails" },
    { kind: "reset-after" },
    { kind: "operation", outcome: "never", effect: false },
  ]);
  return dice.chance(0.4)
    ? {
        at: dice.between(0, 5 * MINUTE),
        kind: "hold",
        pair: "shop",
        forMs: dice.between(2, 14) * MINUTE,
      }
    : { at: 0, kind: "arm-fault", fault: { method: "PUT", skip: 0, times: 1, answer } };
}
