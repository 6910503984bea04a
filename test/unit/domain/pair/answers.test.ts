import { hasLeft, hasPlaceFor, standsWith } from "../../../../src/domain/pair/answers";
import { applyToPair } from "../../../../src/domain/pair/operations";
import { emptyPair, type PairState } from "../../../../src/domain/pair/pair";
import { acquireLease, claim, enqueue, play, register } from "../../../support/pair-operations";

const held = play(emptyPair, register("a"), register("b"), enqueue("a"), acquireLease("a"), enqueue("b"));

test("a promotion that does not fit is refused, up to the last character of the budget", () => {
  const many = Array.from({ length: 29 }, (_, i) => register(`q-${i}`));
  const full = play(emptyPair, ...many);
  expect(applyToPair(full, register("q-29"))).toEqual({ state: full, answer: "queue-full" });
  // Written at most: three times the id and 290 characters more for each, of 9,800: 15 × 590 leave 950 for the last.
  const ids = Array.from({ length: 15 }, (_, i) => String(i).padEnd(100, "x"));
  const long = play(emptyPair, ...ids.map((id) => ({ ...register(id), kept: true })));
  expect([220, 221].map((length) => hasPlaceFor(long, "y".repeat(length), true))).toEqual([true, false]);
  // Others leave three times 590: 12 × 590 leave 950 for the last.
  const others = play(emptyPair, ...ids.slice(0, 12).map(register));
  expect([220, 221].map((length) => hasPlaceFor(others, "y".repeat(length)))).toEqual([true, false]);
});

test("the newest sixteen answers are kept, and fewer when their ids are long", () => {
  const ask = (length: number) =>
    play(held, ...Array.from({ length: 20 }, (_, i) => claim("z", String(i).padEnd(length, "i"), i)));
  const numbers = (state: PairState) => state.answers.map(({ id }) => Number.parseInt(id, 10));
  expect(numbers(ask(36))).toEqual(Array.from({ length: 16 }, (_, i) => i + 4));
  const long = ask(100);
  expect(numbers(long)).toEqual(Array.from({ length: 11 }, (_, i) => i + 9));
  expect(JSON.stringify(long.answers).length).toBeLessThanOrEqual(1_500);
});

test("a promotion belongs to its pair from its registration until it leaves", () => {
  const left = play(held, { kind: "leave", requestId: "a" });
  const gone = play(left, { kind: "deregister", requestId: "a" });
  expect([undefined, emptyPair, held, left, gone].map((state) => standsWith(state, "a"))).toEqual([
    ...[false, false, true, false, false],
  ]);
  expect([held, left, gone].map((state) => hasLeft(state, "a"))).toEqual([false, true, false]);
  expect([left, gone].map((state) => standsWith(state, "b"))).toEqual([true, true]);
});
