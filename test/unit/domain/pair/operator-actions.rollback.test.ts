import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair, viewOf } from "../../../../src/domain/pair/operations";
import {
  emptyPair,
  type PairOperation,
  type PairState,
  type RollbackOrder,
} from "../../../../src/domain/pair/pair";
import type { Direction, AttemptVerdict, Proof } from "../../../../src/domain/swap/attempt";
import { play } from "../../../support/pair-operations";

const claim = (direction: Direction, nonce: string, n: number): PairOperation => {
  return { kind: "claim", requestId: "a", direction, n, nonce, epoch: 1, planHash: "h", at: 1 };
};
const close = (nonce: string, kind: Proof["kind"]): PairOperation => {
  return { kind: "close", requestId: "a", nonce, proof: { kind, detail: "d" }, at: 2 };
};
const order = (id: string, over: Partial<RollbackOrder> = {}): PairOperation => {
  return {
    kind: "order-rollback",
    requestId: "a",
    order: { id, cause: "regression", by: "the soak", note: "500s", at: 3, ...over },
  };
};
const endWatch: PairOperation = { kind: "end-watch", requestId: "a", epoch: 1 };
const hold: PairOperation = { kind: "hold", hold: { id: "h", at: 1, reason: reason("foreign-state", "x") } };

const begun = play(
  emptyPair,
  { kind: "register", requestId: "a", at: 1 },
  { kind: "enqueue", requestId: "a", at: 1, maxQueued: 9, whenBusy: "wait" },
  { kind: "acquire-lease", requestId: "a", at: 1 },
);
const swapped = play(begun, claim("forward", "f", 1), close("f", "done"));
const ordered = play(swapped, order("o-1"));
const back = play(ordered, claim("rollback", "b", 2), close("b", "done"));

const answerOf = (state: PairState, operation: PairOperation) => applyToPair(state, operation).answer;

test("a rollback is claimed only after a swap that it undoes", () => {
  expect(answerOf(emptyPair, claim("rollback", "x", 1))).toBe("not-holder");
  expect(answerOf(begun, claim("rollback", "x", 1))).toBe("not-ordered");
  expect(answerOf(swapped, claim("rollback", "x", 2))).toBe("not-ordered");
  expect(answerOf(ordered, claim("rollback", "x", 2))).toBe("granted");
});

test("each direction takes effect once, and nothing is claimed after a rollback (I1)", () => {
  expect(back.lease?.swapped?.direction).toBe("rollback");
  expect(answerOf(back, claim("rollback", "x", 3))).toBe("already-swapped");
  expect(answerOf(back, claim("forward", "y", 3))).toBe("already-swapped");
  expect(answerOf(swapped, claim("forward", "z", 2))).toBe("already-swapped");
});

test("a hold does not stop the claim of a rollback (I10)", () => {
  expect(answerOf(play(ordered, hold), claim("rollback", "x", 2))).toBe("granted");
});

test("the first order stays, a repeat is granted the same, and texts are truncated", () => {
  const again = play(ordered, order("o-2", { cause: "person", by: "Olga", note: "too slow" }));
  expect(again.lease?.order).toMatchObject({ id: "o-1", cause: "regression" });
  expect(answerOf(ordered, order("o-2"))).toBe("granted");
  const long = play(swapped, order("o", { by: "b".repeat(200), note: "n".repeat(900) })).lease?.order;
  expect([long?.by.length, long?.note.length]).toEqual([60, 160]);
});

test.each<[string, PairState, PairOperation, string]>([
  ["before the swap", begun, order("o"), "not-swapped"],
  ["while the swap is proved", play(begun, claim("forward", "f", 1)), order("o"), "not-swapped"],
  ["after the soak", play(swapped, endWatch), order("o"), "watch-over"],
  [
    "after its promotion has left",
    play(swapped, { kind: "leave", requestId: "a" }),
    order("o"),
    "watch-over",
  ],
  [
    "after its promotion is forgotten",
    play(swapped, { kind: "deregister", requestId: "a" }),
    order("o"),
    "not-registered",
  ],
])(
  "an order %s is answered with the reason, and a repeat with the same",
  (_when, state, operation, answer) => {
    const step = applyToPair(state, operation);
    expect(step.answer).toBe(answer);
    expect(step.state.lease?.order).toBeUndefined();
    expect(answerOf(step.state, operation)).toBe(answer);
  },
);

const registerB: PairOperation = { kind: "register", requestId: "b", at: 1 };
const orderB: PairOperation = { ...order("o-b"), requestId: "b" } as PairOperation;

test("an order is for its own promotion only", () => {
  const both = play(swapped, registerB);
  expect(applyToPair(both, orderB)).toMatchObject({
    ...{ answer: "not-swapped", state: { lease: swapped.lease } },
  });
  const gone = play(both, { kind: "leave", requestId: "a" });
  expect([answerOf(gone, order("o")), answerOf(gone, orderB)]).toEqual(["watch-over", "not-swapped"]);
});

test("an order has one answer: it stays refused, or it stays granted", () => {
  const early = play(begun, order("o"), claim("forward", "f", 1), close("f", "done"));
  expect(applyToPair(early, order("o"))).toEqual({ state: early, answer: "not-swapped" });
  expect(answerOf(swapped, order("o"))).toBe("granted");
});

test("the end of a watch answers done, whether or not a watch runs", () => {
  expect([emptyPair, swapped, ordered].map((state) => answerOf(state, endWatch))).toEqual([
    ...["done", "done", "done"],
  ]);
});

test("an order before the end of the soak stays, and one after it has no effect", () => {
  expect(viewOf(play(ordered, endWatch), "a").lease).toMatchObject({ order: { id: "o-1" } });
  expect(play(ordered, endWatch).lease?.watched).toBeUndefined();
  expect(play(swapped, endWatch, order("late")).lease).toMatchObject({ watched: true });
  expect(play(swapped, { kind: "end-watch", requestId: "b", epoch: 1 })).toBe(swapped);
  expect(play(swapped, { ...endWatch, epoch: 7 })).toBe(swapped);
});

test("lost attempts are counted for each direction separately", () => {
  const unknown: AttemptVerdict = { kind: "unknown", detail: "reset" };
  const lost = (direction: Direction, nonce: string, n: number): PairOperation[] => [
    claim(direction, nonce, n),
    { kind: "report", requestId: "a", nonce, verdict: unknown, at: 2 },
    close(nonce, "no-effect"),
  ];
  const forward = play(begun, ...lost("forward", "f1", 1));
  expect(forward.lease?.unknowns).toBe(1);
  const done = play(forward, claim("forward", "f2", 2), close("f2", "done"), order("o"));
  expect(done.lease?.unknowns).toBe(0);
  expect(play(done, ...lost("rollback", "b1", 3)).lease?.unknowns).toBe(1);
});

test("a cancel is too late once the swap has taken effect", () => {
  const cancel: PairOperation = { kind: "cancel", id: "c", requestId: "a", by: "Olga", note: "", at: 4 };
  expect([answerOf(swapped, cancel), answerOf(ordered, cancel)]).toEqual(["too-late", "too-late"]);
});
