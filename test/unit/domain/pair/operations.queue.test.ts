import { reason } from "../../../../src/domain/kernel/reason-codes";
import { PAGE_SIZE } from "../../../../src/domain/pair/index-page";
import { applyToPair, viewOf } from "../../../../src/domain/pair/operations";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";
import type { AttemptVerdict, Proof } from "../../../../src/domain/swap/attempt";
import { acquireLease, claim, enqueue, play, register } from "../../../support/pair-operations";

/** How promotions register, wait in the queue, hold the lease and leave. */
const at = 1;

const releaseLease = (requestId: string, epoch = 1): PairOperation => ({
  ...{ kind: "release-lease", requestId, epoch, at: 5 },
});
const report = (nonce: string, verdict: AttemptVerdict): PairOperation => ({
  ...{ kind: "report", requestId: "a", nonce, verdict, at },
});
const close = (nonce: string, kind: Proof["kind"]): PairOperation => ({
  ...{ kind: "close", requestId: "a", nonce, proof: { kind, detail: "d" }, at },
});
const cancel = (requestId: string): PairOperation => ({
  ...{ kind: "cancel", requestId, id: `c-${requestId}`, by: "Olga", note: "", at },
});
const hold: PairOperation = { kind: "hold", hold: { id: "h", at, reason: reason("foreign-state", "x") } };
const ids = (list: readonly { requestId: string }[]) => list.map(({ requestId }) => requestId);

const trio = play(emptyPair, register("a"), register("b"), register("c"));
const held = play(emptyPair, register("a"), register("b"), enqueue("a"), acquireLease("a"), enqueue("b"));

test("an empty pair has no answers, and its index begins at the first page", () => {
  expect(emptyPair).toMatchObject({ answers: [], index: { page: 0, count: 0 } });
});

test("an operation that is granted, or changes nothing, answers done", () => {
  const open = play(held, claim("a", "n"));
  const steps: readonly [PairState, PairOperation][] = [
    [emptyPair, { kind: "read", requestId: "a" }],
    [emptyPair, register("a")],
    [held, register("a")],
    [trio, enqueue("a")],
    [held, enqueue("a")],
    [held, enqueue("b")],
    [held, acquireLease("b")],
    [play(trio, enqueue("a")), acquireLease("a")],
    [held, releaseLease("a")],
    [held, releaseLease("b")],
    [open, report("n", { kind: "unknown", detail: "" })],
    [open, report("other", { kind: "unknown", detail: "" })],
    [open, close("n", "done")],
    [play(open, { kind: "leave", requestId: "a" }), close("n", "done")],
    [held, { kind: "leave", requestId: "a" }],
    [held, { kind: "deregister", requestId: "a" }],
  ];
  expect(steps.map(([state, operation]) => applyToPair(state, operation).answer)).toEqual(
    steps.map(() => "done"),
  );
  expect(viewOf(held, "a").answer).toBe("done");
});

test("each new promotion gets the next place of the index, on a new page if needed", () => {
  const first = applyToPair(emptyPair, register("a"));
  expect(first.indexed).toEqual({ page: 0, requestId: "a", at });
  expect(first.state.index).toEqual({ page: 0, count: 1, at });
  const full: PairState = { ...emptyPair, index: { page: 3, count: PAGE_SIZE } };
  const turned = applyToPair(full, register("z"));
  expect(turned.indexed).toEqual({ page: 4, requestId: "z", at });
  expect(turned.state.index).toEqual({ page: 4, count: 1, at });
  const last: PairState = { ...emptyPair, index: { page: 3, count: PAGE_SIZE - 1 } };
  expect(applyToPair(last, register("z")).state.index).toEqual({ page: 3, count: PAGE_SIZE, at });
});

test("the index is in order of time, whatever the clocks of its writers", () => {
  const ahead = applyToPair(emptyPair, { kind: "register", requestId: "ahead", at: at + 60_000 });
  const behind = applyToPair(ahead.state, register("behind"));
  expect(behind.indexed).toEqual({ page: 0, requestId: "behind", at: at + 60_001 });
  expect(behind.state.registered.map((entry) => entry.at)).toEqual([at + 60_000, at]);
});

test("a pair that refuses while busy refuses only with a holder or a queue", () => {
  expect(applyToPair(trio, enqueue("c", 9, "refuse")).answer).toBe("done");
  const holder = play(trio, enqueue("a"), acquireLease("a"));
  expect(applyToPair(holder, enqueue("c", 9, "refuse")).answer).toBe("pair-busy");
  expect(applyToPair(play(trio, enqueue("a")), enqueue("c", 9, "refuse")).answer).toBe("pair-busy");
});

test("only a registered promotion without an outcome may wait in the queue", () => {
  expect(applyToPair(emptyPair, enqueue("a")).answer).toBe("not-registered");
  const left = play(held, { kind: "leave", requestId: "a" });
  expect(left.registered).toContainEqual({ requestId: "a", at, left: true });
  expect(applyToPair(left, enqueue("a"))).toEqual({ state: left, answer: "not-registered" });
  expect(ids(play(left, register("c"), enqueue("c")).queue)).toEqual(["b", "c"]);
  const others = play(held, register("c"), { kind: "leave", requestId: "a" }, enqueue("c"));
  expect(ids(others.queue)).toEqual(["b", "c"]);
});

test("a promotion in the queue keeps its position", () => {
  const inQueue = play(trio, enqueue("a"), enqueue("b"));
  expect([play(inQueue, enqueue("a")), play(inQueue, enqueue("b"))]).toEqual([inQueue, inQueue]);
});

test("a state beyond its budget gives up remedies at its next change", () => {
  const long = Array.from({ length: 90 }, (_, i) => ({
    id: `h-${i}`,
    at,
    reason: reason("foreign-state", "x"),
  }));
  const full = { ...trio, holds: long };
  const remedies = (operation: PairOperation) =>
    new Set(play(full, operation).holds.map((each) => each.reason.remedy));
  expect(remedies(enqueue("a"))).toEqual(new Set([""]));
  expect(remedies({ kind: "read", requestId: "a" })).toEqual(new Set([long[0]?.reason.remedy]));
});

test("the queue takes exactly as many as its limit", () => {
  const two = play(trio, enqueue("a", 2), enqueue("b", 2));
  expect(ids(two.queue)).toEqual(["a", "b"]);
  expect(applyToPair(two, enqueue("c", 2)).answer).toBe("queue-full");
});

test("a promotion that waits for people blocks nobody, unless its swap has started", () => {
  const aside = (when: number): PairOperation => ({ kind: "leave-queue", requestId: "a", at: when });
  const inQueue = play(trio, enqueue("a"), enqueue("b"));
  expect(ids(play(inQueue, aside(9)).queue)).toEqual(["b"]);
  expect(ids(play(inQueue, aside(-1)).queue)).toEqual(["a", "b"]);
  expect([ids(play(inQueue, aside(at)).queue), play(held, aside(at)).lease]).toEqual([["b"], undefined]);
  expect([play(held, aside(9)).lease, play(held, aside(-1)).lease]).toEqual([undefined, held.lease]);
  const open = play(held, claim("a", "n"));
  expect(play(open, aside(9)).lease).toEqual(open.lease);
  const done = play(open, close("n", "done"));
  expect(play(done, aside(9)).lease).toEqual(done.lease);
  expect(applyToPair(held, aside(9)).answer).toBe("done");
});

test("a released lease leaves its promotion first in the queue", () => {
  const back = play(held, releaseLease("a"));
  expect(back.lease).toBeUndefined();
  expect(back.queue).toEqual([
    { requestId: "a", since: 5 },
    { requestId: "b", since: at },
  ]);
  expect(play(back, acquireLease("a")).lease).toMatchObject({ holder: "a", epoch: 2 });
});

test.each<[string, PairState, PairOperation]>([
  ["of another epoch", held, releaseLease("a", 7)],
  ["by somebody else", held, releaseLease("b")],
  ["while an attempt is open", play(held, claim("a", "n")), releaseLease("a")],
  ["after the swap is done", play(held, claim("a", "n"), close("n", "done")), releaseLease("a")],
])("a lease is not released %s", (_when, state, operation) => {
  expect(applyToPair(state, operation).state).toEqual(state);
  expect(state.lease).toBeDefined();
});

test("leaving takes a promotion out of queue and lease; deregistering ends its cancel", () => {
  const state = play(held, register("c"), enqueue("c"), cancel("b"), cancel("c"));
  const left = play(state, { kind: "leave", requestId: "b" });
  expect([ids(left.queue), left.lease?.holder, ids(left.registered)]).toEqual([["c"], "a", ["a", "b", "c"]]);
  expect(ids(left.cancels)).toEqual(["b", "c"]);
  const gone = play(state, { kind: "deregister", requestId: "b" });
  expect([ids(gone.queue), ids(gone.registered), ids(gone.cancels)]).toEqual([["c"], ["a", "c"], ["c"]]);
  expect(play(state, { kind: "deregister", requestId: "a" }).lease).toBeUndefined();
});

test("a promotion sees its own position, cancel and attempt, and no others", () => {
  const state = play(held, cancel("b"), claim("a", "n"));
  expect(viewOf(state, "a")).toMatchObject({ ahead: undefined, cancel: undefined, open: { nonce: "n" } });
  expect(viewOf(state, "b")).toMatchObject({ ahead: 0, cancel: { requestId: "b" }, open: undefined });
  expect(viewOf(state, "c")).toMatchObject({ ahead: undefined, cancel: undefined, open: undefined });
  expect(viewOf(undefined, "a")).toMatchObject({ lease: undefined, holder: undefined });
});

test("a cancel of one promotion stops no other, and a hold stops forward swaps", () => {
  expect(applyToPair(play(held, cancel("b")), claim("a", "n")).answer).toBe("granted");
  expect(applyToPair(play(held, hold), claim("a", "n")).answer).toBe("on-hold");
});

test.each<[AttemptVerdict | undefined, Proof["kind"], number]>([
  [undefined, "no-effect", 1],
  [{ kind: "unknown", detail: "" }, "no-effect", 1],
  [{ kind: "accepted", status: 202 }, "no-effect", 1],
  [{ kind: "busy", code: "409", detail: "" }, "no-effect", 0],
  [{ kind: "unknown", detail: "" }, "done", 0],
  [undefined, "nothing-sent", 0],
])("an attempt with the verdict %j that is closed as %s counts %d as lost", (verdict, proof, unknowns) => {
  const open = play(held, claim("a", "n"), ...(verdict ? [report("n", verdict)] : []));
  expect(play(open, close("n", proof)).lease).toMatchObject({ unknowns, closed: 1 });
});

test("the texts of a proof and a verdict are truncated", () => {
  const long = "y".repeat(500);
  const open = play(held, claim("a", "n"), report("n", { kind: "unknown", detail: long }));
  expect(open.open).toMatchObject({ verdict: { detail: `${"y".repeat(299)}…` }, reportedAt: at });
  const proof = { kind: "done", detail: long } as const;
  const done = play(open, { kind: "close", requestId: "a", nonce: "n", proof, at });
  expect(done.lease?.swapped?.detail).toBe(`${"y".repeat(199)}…`);
});

test("an attempt is closed after its promotion left, and the lease does not come back", () => {
  const state = play(held, claim("a", "n"), { kind: "leave", requestId: "a" }, close("n", "done"));
  expect([state.open, state.lease]).toEqual([undefined, undefined]);
});

const waiting = play(emptyPair, register("a"), register("b"), enqueue("a"), enqueue("b"));

test.each<[string, PairState, PairOperation]>([
  ["a look of a promotion nobody knows", held, { kind: "read", requestId: "z" }],
  ["the holder that waits in the queue again", held, enqueue("a")],
  ["whoever takes a turn that is another's", waiting, acquireLease("b")],
  ["whoever takes a turn while a hold is on", play(waiting, hold), acquireLease("a")],
  ["giving back where nobody holds the lease", waiting, releaseLease("a")],
  ["a report where no attempt is open", held, report("n", { kind: "unknown", detail: "" })],
  [
    "a report of another nonce",
    play(held, claim("a", "n")),
    report("other", { kind: "unknown", detail: "" }),
  ],
  [
    "a second report, whatever it says",
    play(held, claim("a", "n"), report("n", { kind: "accepted", status: 202 })),
    report("n", { kind: "unknown", detail: "" }),
  ],
])("%s changes nothing", (_what, state, operation) => {
  expect(ids(waiting.queue)).toEqual(["a", "b"]);
  expect(applyToPair(state, operation).state).toEqual(state);
});

test("a report writes the verdict and its time into the open attempt", () => {
  const open = play(held, claim("a", "n"), report("n", { kind: "accepted", status: 202 }));
  expect(open.open).toMatchObject({ nonce: "n", verdict: { kind: "accepted", status: 202 }, reportedAt: at });
});

test("a nonce that was granted and closed is not granted again", () => {
  const closed = play(held, claim("a", "n"), close("n", "nothing-sent"));
  const again = applyToPair(closed, claim("a", "n", 2));
  expect([again.answer, again.state.open]).toEqual(["attempt-closed", undefined]);
});
