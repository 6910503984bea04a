import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair } from "../../../../src/domain/pair/operations";
import {
  haltOf,
  describeCancel,
  describeEffect,
  describeHold,
} from "../../../../src/domain/pair/operator-actions";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";
import { play } from "../../../support/pair-operations";

/** What people may do to a pair: cancel, and release its holds. */
const at = 1;

const cancel = (requestId: string, id: string): PairOperation => ({
  ...{ kind: "cancel", requestId, id, by: "Olga", note: "wrong build", at },
});
const hold = (id: string): PairOperation => ({
  kind: "hold",
  hold: { id, at, reason: reason("foreign-state", "x") },
});
const release = (id: string, ...holdIds: string[]): PairOperation => ({
  ...{ kind: "release", id, holdIds, by: "Olga", note: "checked", at: 7 },
});
const leave: PairOperation = { kind: "leave", requestId: "a" };

const held = play(
  emptyPair,
  { kind: "register", requestId: "a", at },
  { kind: "register", requestId: "b", at },
  { kind: "enqueue", requestId: "a", at, maxQueued: 9, whenBusy: "wait" },
  { kind: "acquire-lease", requestId: "a", at },
);
const open = play(held, {
  ...{ kind: "claim", requestId: "a", direction: "forward", n: 1, nonce: "n-1", epoch: 1, planHash: "h", at },
});
const holds = (state: PairState) => state.holds.map(({ id }) => id);

test("a cancel of an unregistered promotion only leaves its answer", () => {
  const step = applyToPair(held, cancel("stranger", "c"));
  expect(step.answer).toBe("not-registered");
  expect(step.state.cancels).toEqual([]);
});

test("each promotion has one cancel, under its first id, with its author and reason", () => {
  const state = play(held, cancel("a", "c-1"), cancel("b", "c-2"), cancel("a", "c-3"));
  expect(state.cancels).toEqual([
    { requestId: "a", id: "c-1", by: "Olga", note: "wrong build", at },
    { requestId: "b", id: "c-2", by: "Olga", note: "wrong build", at },
  ]);
});

test("a later cancel leaves the first one, and its words are kept next to it once", () => {
  const by = (id: string, name: string, note: string): PairOperation => ({
    ...{ kind: "cancel", requestId: "a", id, by: name, note, at: at + 1 },
  });
  const words = (...ops: readonly PairOperation[]) => play(held, ...ops).cancels.map(describeCancel);
  const first = `cancelled by Olga at ${new Date(at + 1).toISOString()}`;
  expect(words(by("c-1", "Olga", ""))).toEqual([first]);
  expect(words(by("c-1", "Olga", ""), by("c-2", "Olga", "x"))).toEqual([`${first}: x`]);
  expect(words(by("c-1", "Olga", "x"), by("c-2", "Bob", "y"), by("c-3", "Bob", "y"))).toEqual([
    `${first}: x; Bob: y`,
  ]);
  expect(words(by("c-1", "Olga", "x"), by("c-2", "Bob", ""))).toEqual([`${first}: x`]);
  expect(words(by("c-1", "Olga", "n".repeat(500)))).toEqual([`${first}: ${"n".repeat(500)}`]);
});

test("a cancel that was refused stays refused when it is repeated", () => {
  const refused = play(open, cancel("a", "c"));
  const closed = play(refused, {
    ...{ kind: "close", requestId: "a", nonce: "n-1", proof: { kind: "nothing-sent", detail: "" }, at },
  });
  const again = applyToPair(closed, cancel("a", "c"));
  expect([again.answer, again.state]).toEqual(["attempt-open", closed]);
});

test("every hold has its own id; the first answers done, a repeat that it stands", () => {
  const first = applyToPair(held, hold("h-1"));
  const second = applyToPair(first.state, hold("h-2"));
  const again = applyToPair(second.state, hold("h-1"));
  expect([first.answer, second.answer, again.answer]).toEqual(["done", "done", "stands"]);
  expect(holds(again.state)).toEqual(["h-1", "h-2"]);
});

const byHand = (id: string, question = `q-${id}`): PairOperation => ({
  kind: "hold",
  id: question,
  hold: { id, at, reason: reason("on-hold", "incident 7"), by: "Olga" },
});
const halt = (requestId: string): PairOperation => ({
  kind: "hold",
  hold: { id: `halt-${requestId}`, at, reason: reason("foreign-state", "x"), requestId },
});
const answer = (state: PairState, id: string) => state.answers.find((each) => each.id === id)?.answer;

test("a fifth hold by hand is refused, and no other hold is dropped for it", () => {
  const four = play(held, ...[1, 2, 3, 4].map((i) => byHand(`h-${i}`)));
  const fifth = applyToPair(four, byHand("h-5"));
  expect([fifth.answer, answer(fifth.state, "q-h-5")]).toEqual(["too-many-holds", "too-many-holds"]);
  expect(holds(fifth.state)).toEqual(["h-1", "h-2", "h-3", "h-4"]);
  expect(applyToPair(fifth.state, byHand("h-4", "q-again")).answer).toBe("stands");
  const budget = play(fifth.state, release("r", "h-1"));
  expect(applyToPair(budget, byHand("h-5")).answer).toBe("too-many-holds");
  expect(holds(play(budget, byHand("h-5", "asked-anew")))).toEqual(["h-2", "h-3", "h-4", "h-5"]);
});

test("a promotion's halt is kept despite other holds; the third is part of the second", () => {
  const four = play(held, ...[1, 2, 3, 4].map((i) => byHand(`h-${i}`)));
  const halted = play(four, ...["r-1", "r-2", "r-5", "r-6"].map(halt));
  expect(holds(halted)).toEqual([...["h-1", "h-2", "h-3", "h-4", "halt-r-1", "halt-r-2"]]);
  expect(halted.holds.at(-1)?.reason.detail).toBe("halted too: r-6; halted too: r-5; x");
  expect(play(halted, halt("r-5"))).toEqual(halted);
});

test("a released hold stays released when it is repeated, however long ago", () => {
  const released = play(held, byHand("h-1"), release("q", "h-1"));
  const later = play(released, ...Array.from({ length: 30 }, (_, i) => cancel("stranger", `c-${i}`)));
  const replay = applyToPair(later, byHand("h-1", "q-late"));
  expect([replay.answer, holds(replay.state)]).toEqual(["released", []]);
  expect(answer(replay.state, "q-late")).toBe("released");
});

test("a hold says who set it and why, a release who checked; both are truncated", () => {
  const long = "y".repeat(900);
  const hold = { id: "h", at, reason: reason("on-hold", long), by: long };
  const state = play(held, { kind: "hold", hold, id: "q" });
  expect([state.holds[0]?.by?.length, state.holds[0]?.reason.detail.length]).toEqual([60, 160]);
  const op = { kind: "release", id: "r", holdIds: ["h"], by: long, note: long, at } as const;
  const after = play(state, op).released;
  expect([after?.by.length, after?.note.length]).toEqual([60, 200]);
});

test("a release ends the holds it names and no others, and says who checked", () => {
  const state = play(held, hold("h-1"), hold("h-2"), release("q", "h-1"));
  expect(holds(state)).toEqual(["h-2"]);
  expect(state.released).toEqual({ at: 7, by: "Olga", note: "checked" });
  expect(applyToPair(play(held, hold("h-1")), release("q", "h-1")).answer).toBe("released");
});

test("a release of unknown holds says so, releases nothing and proves nothing", () => {
  const abandoned = play(open, leave, hold("h-1"));
  const step = applyToPair(abandoned, release("q", "h-9"));
  expect(step.answer).toBe("no-hold");
  expect([holds(step.state), step.state.released, step.state.open?.nonce]).toEqual([
    ["h-1"],
    undefined,
    "n-1",
  ]);
});

test("the release of the last hold closes an unproved attempt of a concluded promotion", () => {
  const abandoned = play(open, leave, hold("h-1"), hold("h-2"));
  const half = play(abandoned, release("q-1", "h-1"));
  expect(half.open?.nonce).toBe("n-1");
  expect(play(half, release("q-2", "h-2")).open).toBeUndefined();
});

test("an attempt whose promotion has the lease stays open, whatever is released", () => {
  const state = play(open, hold("h-1"), release("q", "h-1"));
  expect(state.holds).toEqual([]);
  expect(state.open?.nonce).toBe("n-1");
});

test("a release without an open attempt leaves none", () => {
  expect(play(held, hold("h-1"), release("q", "h-1")).open).toBeUndefined();
});

test("the hold of an outcome is one hold, however often it is set", () => {
  const why = reason("foreign-state", "x");
  const halt = haltOf("a", at, why);
  expect(halt).toEqual({ id: "halt-a", at, reason: why, requestId: "a" });
  const again: PairOperation = { kind: "hold", hold: haltOf("a", at + 5, why) };
  expect(play(held, { kind: "hold", hold: halt }, again).holds).toEqual([halt]);
});

test("a hold by an outcome leaves no answer, and a hold by hand leaves one", () => {
  expect(play(held, halt("r-1")).answers).toEqual(held.answers);
  expect(answer(play(held, byHand("h-1")), "q-h-1")).toBe("done");
});

test("a repeated request for a hold changes nothing", () => {
  const released = play(held, byHand("h-1"), release("q", "h-1"));
  expect(applyToPair(released, byHand("h-2", "q-h-1"))).toEqual({ state: released, answer: "done" });
  expect(applyToPair(released, release("q", "h-1"))).toEqual({ state: released, answer: "released" });
});

test("the last six released holds are remembered, whichever release ended them", () => {
  const ids = Array.from({ length: 7 }, (_, i) => `h-${i}`);
  const gone = play(held, ...ids.flatMap((id) => [byHand(id), release(`r-${id}`, id)]));
  expect(gone.releasedHolds).toEqual(ids.slice(1));
  expect(play(held, byHand("h-1"), release("r", "h-1")).releasedHolds).toEqual(["h-1"]);
  expect(applyToPair(gone, halt("r-1")).state.holds).toHaveLength(1);
});

test("a third halt is described before the second one's text, which is truncated", () => {
  const two = play(held, halt("r-1"), halt("r-2"));
  const bare = play(two, hold("by-nobody"));
  expect(bare.holds.map((each) => each.reason.detail)).toEqual(["x", "halted too: by-nobody; x"]);
  const long = play(two, halt("r".repeat(200)));
  expect(long.holds[1]?.reason.detail).toBe(`halted too: ${"r".repeat(147)}…`);
  expect(long.holds[0]).toEqual(two.holds[0]);
});

test("two halts fit next to the holds by hand, and four of those next to halts", () => {
  const halted = play(held, halt("r-1"), halt("r-2"), ...[1, 2, 3, 4].map((i) => byHand(`h-${i}`)));
  expect(holds(halted)).toEqual(["halt-r-1", "halt-r-2", "h-1", "h-2", "h-3", "h-4"]);
});

test("a hold names the person who set it, or the outcome", () => {
  const described = (operation: PairOperation) => play(held, operation).holds.map(describeHold)[0];
  expect(described(byHand("h-1"))).toBe("the pair is on hold by Olga: incident 7");
  expect(described(halt("r-1"))).toBe("the pair is on hold (foreign-state: x)");
});

const swapped = play(open, {
  ...{ kind: "close", requestId: "a", nonce: "n-1", proof: { kind: "done", detail: "" }, at },
});
const queued = play(held, {
  ...{ kind: "enqueue", requestId: "b", at, maxQueued: 9, whenBusy: "wait" },
});
test.each<[string, PairState, string]>([
  ["nothing", emptyPair, "nothing is under way; new promotions wait for the lease"],
  [
    "a promotion before its swap",
    held,
    "a continues to observe and claims nothing until the hold is released",
  ],
  ["an attempt", open, "the open attempt of a is settled, and nothing new is claimed"],
  ["a promotion after its swap", swapped, "a has swapped and continues to its outcome"],
  [
    "a promotion and a line",
    queued,
    "a continues to observe and claims nothing until the hold is released; 1 in the queue wait until it is released",
  ],
])("a hold describes its effect with %s under way", (_what, state, effect) => {
  expect(describeEffect(state)).toBe(effect);
});
