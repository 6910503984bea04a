import { chances, request, type Themes } from "./deeds";
import type { Dice } from "./dice";
import { editsOf } from "./random-edits";
import { votesOn } from "./random-votes";
import type { Deed } from "./world-plan";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What is done to the pairs file, to ids and to the places of a pair. */
export const themesOfTheFile = {
  /** Pairs are renamed, exchanged, taken out and put back, their rules tightened and loosened, while promotions are under way. */
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
      deeds: [
        ...asked,
        ...edits,
        ...(isVoted ? ids.flatMap((id) => votesOf(dice, id)) : []),
        ...(dice.chance(0.6) ? [stopped(dice)] : []),
      ],
    };
  },
} satisfies Themes;

function votesOf(dice: Dice, id: string): Deed[] {
  const all = ["ann", "bob", "cleo"].map((by): Deed => ({
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

/** Something that stops a pair: a hold, a swap that comes to nothing, or one that nobody knows of. */
function stopped(dice: Dice): Deed {
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
