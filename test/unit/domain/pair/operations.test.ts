import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair, viewOf } from "../../../../src/domain/pair/operations";
import { emptyPair, MAX_REGISTERED, type PairOperation } from "../../../../src/domain/pair/pair";
import { play } from "../../../support/pair-operations";

const register = (requestId: string): PairOperation => ({ kind: "register", requestId, at: 1 });
const stand = (requestId: string): PairOperation => ({
  kind: "enqueue",
  requestId,
  at: 1,
  maxQueued: 20,
  whenBusy: "wait",
});
const take = (requestId: string): PairOperation => ({ kind: "acquire-lease", requestId, at: 1 });
const claim = (requestId: string, nonce: string, n = 1, epoch = 1): PairOperation => ({
  kind: "claim",
  requestId,
  direction: "forward",
  n,
  nonce,
  epoch,
  planHash: "h",
  at: 1,
});
const close = (
  requestId: string,
  nonce: string,
  kind: "nothing-sent" | "done" | "no-effect",
): PairOperation => ({
  kind: "close",
  requestId,
  nonce,
  proof: { kind, detail: "d" },
  at: 2,
});
const hold: PairOperation = {
  kind: "hold",
  hold: { id: "h-1", at: 1, reason: reason("foreign-state", "x") },
};
const cancel = (requestId: string, id: string): PairOperation => ({
  kind: "cancel",
  requestId,
  id,
  by: "Olga",
  note: "",
  at: 1,
});

const held = play(emptyPair, register("a"), register("b"), stand("a"), stand("b"), take("a"));

test("the lease goes to the first in the queue, with a new epoch, once it is free", () => {
  expect(held.lease).toMatchObject({ holder: "a", epoch: 1 });
  expect(play(held, take("b")).lease?.holder).toBe("a");
  expect(play(held, { kind: "leave", requestId: "a" }, take("b")).lease).toMatchObject({
    holder: "b",
    epoch: 2,
  });
});

test("a promotion that leaves learns which one is first in the queue", () => {
  const left = play(held, { kind: "leave", requestId: "a" });
  expect([viewOf(left, "a").next, viewOf(play(left, take("b")), "b").next]).toEqual(["b", undefined]);
});

test.each([
  ["somebody else", claim("b", "x"), "not-holder"],
  ["an old epoch", claim("a", "x", 1, 0), "stale-epoch"],
  ["an attempt that is closed", claim("a", "x", 2), "attempt-closed"],
])("a claim of %s is refused", (_who, operation, answer) => {
  const step = applyToPair(held, operation);
  expect(step.answer).toBe(answer);
  expect(step.state.open).toBeUndefined();
});

test("a second execution finds the attempt open, and a late one finds it closed", () => {
  const open = play(held, claim("a", "first"));
  expect(applyToPair(open, claim("a", "second")).answer).toBe("attempt-open");
  const closed = play(open, close("a", "first", "nothing-sent"));
  expect(applyToPair(closed, claim("a", "third")).answer).toBe("attempt-closed");
  expect(applyToPair(closed, claim("a", "fourth", 2)).answer).toBe("granted");
});

test("a nonce that was closed before its claim arrived is never granted", () => {
  const voided = play(held, close("a", "late", "nothing-sent"));
  expect(applyToPair(voided, claim("a", "late")).answer).toBe("attempt-closed");
});

test("a hold stops claims and leases, and does not come back after its release", () => {
  const stopped = play(held, hold);
  expect(applyToPair(stopped, claim("a", "x")).answer).toBe("on-hold");
  const released = play(stopped, {
    kind: "release",
    id: "q",
    holdIds: ["h-1"],
    by: "Olga",
    note: "ok",
    at: 2,
  });
  expect(play(released, hold).holds).toEqual([]);
});

test("a cancel is refused during an attempt and after the swap, and granted otherwise", () => {
  const open = play(held, claim("a", "x"));
  expect(applyToPair(open, cancel("a", "c1")).answer).toBe("attempt-open");
  const without = play(open, close("a", "x", "no-effect"));
  expect(applyToPair(without, cancel("a", "c2")).answer).toBe("granted");
  expect(applyToPair(play(without, cancel("a", "c2")), claim("a", "y", 2)).answer).toBe("cancelled");
  expect(applyToPair(play(open, close("a", "x", "done")), cancel("a", "c3")).answer).toBe("too-late");
});

test("a proved swap is never claimed again under the same lease", () => {
  const done = play(held, claim("a", "x"), close("a", "x", "done"));
  expect(applyToPair(done, claim("a", "y", 2)).answer).toBe("already-swapped");
});

test("only a lost attempt counts towards the limit of two", () => {
  const unknown = play(
    held,
    claim("a", "x"),
    { kind: "report", requestId: "a", nonce: "x", verdict: { kind: "unknown", detail: "" }, at: 1 },
    close("a", "x", "no-effect"),
  );
  const busy = play(
    held,
    claim("a", "x"),
    { kind: "report", requestId: "a", nonce: "x", verdict: { kind: "busy", code: "409", detail: "" }, at: 1 },
    close("a", "x", "no-effect"),
  );
  expect([unknown.lease?.unknowns, busy.lease?.unknowns]).toEqual([1, 0]);
});

test("the queue is bounded, and a pair that refuses while busy says so", () => {
  const many = Array.from({ length: 20 }, (_, i) => [register(`q-${i}`), stand(`q-${i}`)]).flat();
  const full = play(held, ...many, register("one-more"));
  expect(applyToPair(full, stand("one-more")).answer).toBe("queue-full");
  const refusing = { ...stand("c"), whenBusy: "refuse" } as PairOperation;
  expect(applyToPair(play(held, register("c")), refusing).answer).toBe("pair-busy");
});

test("at most 32 promotions are registered, and 16 with the longest ids", () => {
  const fill = (length: number, kept?: boolean) => {
    const id = (i: number) => String(i).padStart(2, "0").padEnd(length, "x");
    const all = Array.from({ length: MAX_REGISTERED + 1 }, (_, i) => ({ ...register(id(i)), kept }));
    return play(emptyPair, ...(all as PairOperation[]));
  };
  const counts = (kept?: boolean) => [2, 36, 100].map((length) => fill(length, kept).registered.length);
  expect([counts(true), counts()]).toEqual([
    [32, 24, 16],
    [27, 20, 13],
  ]);
  expect(applyToPair(fill(2, true), register("more")).answer).toBe("queue-full");
  expect(applyToPair(fill(2), register("01")).answer).toBe("done");
});

test("three operator requests always find a place, however many others are registered", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 40, maxLength: 40 }), (lengths) => {
      const id = (length: number, i: number) => `${i}`.padEnd(length, "x");
      const filled = play(emptyPair, ...lengths.map((length, i) => register(id(length, i))));
      expect(applyToPair(filled, register("z".repeat(100))).answer).toBe("queue-full");
      const kept = (i: number): PairOperation => ({
        ...{ kind: "register", requestId: `op-${i}`.padEnd(100, "z"), at: 1, kept: true },
      });
      const answers = [kept(1), kept(2), kept(3)].map((_, i, all) => {
        const before = play(filled, ...all.slice(0, i));
        return applyToPair(before, all[i]!).answer;
      });
      expect(answers).toEqual(["done", "done", "done"]);
    }),
  );
});

test("texts of cancels and holds are truncated where they are stored", () => {
  const text = "x".repeat(600);
  const said = play(held, { ...cancel("a", "c"), by: text, note: text } as PairOperation, {
    kind: "hold",
    hold: { id: "h", at: 1, reason: reason("foreign-state", text) },
  });
  expect(said.cancels.map(({ by, note }) => [by.length, note.length])).toEqual([[60, 500]]);
  expect(said.holds.map((each) => each.reason.detail.length)).toEqual([160]);
});

const operation = fc.oneof(
  fc.constantFrom("a", "b").map(register),
  fc.constantFrom("a", "b").map(stand),
  fc.constantFrom("a", "b").map(take),
  fc.constantFrom("a", "b").map((requestId): PairOperation => ({ kind: "leave", requestId })),
  fc
    .record({
      id: fc.constantFrom("a", "b"),
      nonce: fc.constantFrom("n1", "n2", "n3"),
      n: fc.integer({ min: 1, max: 3 }),
      epoch: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ id, nonce, n, epoch }) => claim(id, nonce, n, epoch)),
  fc
    .record({
      id: fc.constantFrom("a", "b"),
      nonce: fc.constantFrom("n1", "n2", "n3"),
      kind: fc.constantFrom("nothing-sent", "done", "no-effect"),
    })
    .map(({ id, nonce, kind }) => close(id, nonce, kind as "done")),
  fc.constant(hold),
  fc.constantFrom("a", "b").map((id) => cancel(id, `c-${id}`)),
);

test("repeats change nothing, one attempt is open, and a proved swap is not claimed", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      let state = emptyPair;
      for (const each of operations) {
        const before = state;
        const step = applyToPair(before, each);
        state = step.state;
        expect(JSON.stringify(applyToPair(state, each).state)).toBe(JSON.stringify(state));
        if (each.kind === "claim" && state.open && !before.open) {
          expect(before.lease).toMatchObject({ holder: each.requestId, epoch: each.epoch });
          expect(before.lease?.swapped).toBeUndefined();
          expect(before.holds).toEqual([]);
        }
        if (before.open && state.open) expect(state.open.nonce).toBe(before.open.nonce);
      }
    }),
  );
});

test("a promotion sees its lease, position, cancel and attempt, and the holder", () => {
  expect(viewOf(held, "b")).toMatchObject({ holder: "a", ahead: 0, lease: undefined });
  expect(viewOf(held, "a")).toMatchObject({ lease: { epoch: 1 }, holder: undefined });
});
