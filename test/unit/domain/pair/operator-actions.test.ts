import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair } from "../../../../src/domain/pair/operations";
import {
  haltOf,
  describeCancel,
  describeEffect,
  describeHold,
} from "../../../../src/domain/pair/operator-actions";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";

/** What people may do to a pair: cancel, and release its holds. */
const at = 1;
const play = (state: PairState, ...operations: readonly PairOperation[]): PairState =>
  operations.reduce((before, operation) => applyToPair(before, operation).state, state);

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

test("a cancel of what is not registered says so and leaves no trace but its answer", () => {
  const step = applyToPair(held, cancel("stranger", "c"));
  expect(step.answer).toBe("not-registered");
  expect(step.state.cancels).toEqual([]);
});

test("a cancel of each promotion is kept once, under its first id, with who and why", () => {
  const state = play(held, cancel("a", "c-1"), cancel("b", "c-2"), cancel("a", "c-3"));
  expect(state.cancels).toEqual([
    { requestId: "a", id: "c-1", by: "Olga", note: "wrong build", at },
    { requestId: "b", id: "c-2", by: "Olga", note: "wrong build", at },
  ]);
});

test("a later cancel leaves the first one standing, and has its words kept beside it once; none are cut below 500 characters", () => {
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

test("a cancel that was refused stays refused when its question comes again later", () => {
  const refused = play(open, cancel("a", "c"));
  const closed = play(refused, {
    ...{ kind: "close", requestId: "a", nonce: "n-1", proof: { kind: "nothing-sent", detail: "" }, at },
  });
  const again = applyToPair(closed, cancel("a", "c"));
  expect([again.answer, again.state]).toEqual(["attempt-open", closed]);
});

test("every hold is kept under its own id and answers done; the same again answers that it stands", () => {
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

test("a fifth hold by hand is refused and says so; nothing that stands is dropped for it", () => {
  const four = play(held, ...[1, 2, 3, 4].map((i) => byHand(`h-${i}`)));
  const fifth = applyToPair(four, byHand("h-5"));
  expect([fifth.answer, answer(fifth.state, "q-h-5")]).toEqual(["too-many-holds", "too-many-holds"]);
  expect(holds(fifth.state)).toEqual(["h-1", "h-2", "h-3", "h-4"]);
  expect(applyToPair(fifth.state, byHand("h-4", "q-again")).answer).toBe("stands");
  const budget = play(fifth.state, release("r", "h-1"));
  expect(applyToPair(budget, byHand("h-5")).answer).toBe("too-many-holds");
  expect(holds(play(budget, byHand("h-5", "asked-anew")))).toEqual(["h-2", "h-3", "h-4", "h-5"]);
});

test("a promotion's halt is kept however many holds were set by hand, and the third is told within the second", () => {
  const four = play(held, ...[1, 2, 3, 4].map((i) => byHand(`h-${i}`)));
  const halted = play(four, ...["r-1", "r-2", "r-5", "r-6"].map(halt));
  expect(holds(halted)).toEqual([...["h-1", "h-2", "h-3", "h-4", "halt-r-1", "halt-r-2"]]);
  expect(halted.holds.at(-1)?.reason.detail).toBe("halted too: r-6; halted too: r-5; x");
  expect(play(halted, halt("r-5"))).toEqual(halted);
});

test("a hold that was released stays released when it is asked for again, however much was answered since", () => {
  const released = play(held, byHand("h-1"), release("q", "h-1"));
  const later = play(released, ...Array.from({ length: 30 }, (_, i) => cancel("stranger", `c-${i}`)));
  const replay = applyToPair(later, byHand("h-1", "q-late"));
  expect([replay.answer, holds(replay.state)]).toEqual(["released", []]);
  expect(answer(replay.state, "q-late")).toBe("released");
});

test("a hold says who set it and why, and a release who looked; both shortened where they are kept", () => {
  const long = "y".repeat(900);
  const hold = { id: "h", at, reason: reason("on-hold", long), by: long };
  const state = play(held, { kind: "hold", hold, id: "q" });
  expect([state.holds[0]?.by?.length, state.holds[0]?.reason.detail.length]).toEqual([60, 160]);
  const op = { kind: "release", id: "r", holdIds: ["h"], by: long, note: long, at } as const;
  const after = play(state, op).released;
  expect([after?.by.length, after?.note.length]).toEqual([60, 200]);
});

test("a release lets go of the holds it names and no others, and says who looked", () => {
  const state = play(held, hold("h-1"), hold("h-2"), release("q", "h-1"));
  expect(holds(state)).toEqual(["h-2"]);
  expect(state.released).toEqual({ at: 7, by: "Olga", note: "checked" });
  expect(applyToPair(play(held, hold("h-1")), release("q", "h-1")).answer).toBe("released");
});

test("a release of holds that are not there says so, releases nothing, and proves nothing", () => {
  const abandoned = play(open, leave, hold("h-1"));
  const step = applyToPair(abandoned, release("q", "h-9"));
  expect(step.answer).toBe("no-hold");
  expect([holds(step.state), step.state.released, step.state.open?.nonce]).toEqual([
    ["h-1"],
    undefined,
    "n-1",
  ]);
});

test("an attempt left unproved by a concluded promotion is closed when the last hold is released: a person has looked", () => {
  const abandoned = play(open, leave, hold("h-1"), hold("h-2"));
  const half = play(abandoned, release("q-1", "h-1"));
  expect(half.open?.nonce).toBe("n-1");
  expect(play(half, release("q-2", "h-2")).open).toBeUndefined();
});

test("an attempt whose promotion still holds the lease stays open, whatever is released", () => {
  const state = play(open, hold("h-1"), release("q", "h-1"));
  expect(state.holds).toEqual([]);
  expect(state.open?.nonce).toBe("n-1");
});

test("a release where no attempt is open leaves none", () => {
  expect(play(held, hold("h-1"), release("q", "h-1")).open).toBeUndefined();
});

test("the hold that an outcome asks for is one hold, whoever sets it and however often", () => {
  const why = reason("foreign-state", "x");
  const halt = haltOf("a", at, why);
  expect(halt).toEqual({ id: "halt-a", at, reason: why, requestId: "a" });
  const again: PairOperation = { kind: "hold", hold: haltOf("a", at + 5, why) };
  expect(play(held, { kind: "hold", hold: halt }, again).holds).toEqual([halt]);
});

test("a hold that an outcome sets leaves no answer, one by hand leaves its answer under its question", () => {
  expect(play(held, halt("r-1")).answers).toEqual(held.answers);
  expect(answer(play(held, byHand("h-1")), "q-h-1")).toBe("done");
});

test("a question about a hold is answered once: delivered again it changes nothing", () => {
  const released = play(held, byHand("h-1"), release("q", "h-1"));
  expect(applyToPair(released, byHand("h-2", "q-h-1"))).toEqual({ state: released, answer: "done" });
  expect(applyToPair(released, release("q", "h-1"))).toEqual({ state: released, answer: "released" });
});

test("of the holds that were released the last six are remembered, whichever release they went with", () => {
  const ids = Array.from({ length: 7 }, (_, i) => `h-${i}`);
  const gone = play(held, ...ids.flatMap((id) => [byHand(id), release(`r-${id}`, id)]));
  expect(gone.releasedHolds).toEqual(ids.slice(1));
  expect(play(held, byHand("h-1"), release("r", "h-1")).releasedHolds).toEqual(["h-1"]);
  expect(applyToPair(gone, halt("r-1")).state.holds).toHaveLength(1);
});

test("a third halt is told before what the second says, cut, and names its hold where it has no promotion", () => {
  const two = play(held, halt("r-1"), halt("r-2"));
  const bare = play(two, hold("by-nobody"));
  expect(bare.holds.map((each) => each.reason.detail)).toEqual(["x", "halted too: by-nobody; x"]);
  const long = play(two, halt("r".repeat(200)));
  expect(long.holds[1]?.reason.detail).toBe(`halted too: ${"r".repeat(147)}…`);
  expect(long.holds[0]).toEqual(two.holds[0]);
});

test("holds by hand leave room for two halts, and halts for four holds by hand", () => {
  const halted = play(held, halt("r-1"), halt("r-2"), ...[1, 2, 3, 4].map((i) => byHand(`h-${i}`)));
  expect(holds(halted)).toEqual(["halt-r-1", "halt-r-2", "h-1", "h-2", "h-3", "h-4"]);
});

test("a hold says by whom it was set, or by which outcome", () => {
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
])("what a hold means while there is %s under way is told", (_what, state, effect) => {
  expect(describeEffect(state)).toBe(effect);
});
