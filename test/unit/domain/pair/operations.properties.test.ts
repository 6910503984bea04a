import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair, viewOf } from "../../../../src/domain/pair/operations";
import { emptyPair, type PairOperation, type PairState } from "../../../../src/domain/pair/pair";
import type { AttemptVerdict, Proof } from "../../../../src/domain/swap/attempt";
import { runs } from "../../../support/runs";

/** The pair coordinator under every sequence of operations: repeated, late, out of order, of promotions nobody registered. */
const who = fc.constantFrom("a", "b", "c");
const nonces = fc.constantFrom("n1", "n2", "n3", "n4");
const small = fc.integer({ min: 0, max: 3 });

const verdict = fc.constantFrom<AttemptVerdict>(
  { kind: "accepted", status: 202 },
  { kind: "busy", code: "409", detail: "d" },
  { kind: "throttled", detail: "d", retryAfterMs: 1 },
  { kind: "declined", status: 403, code: "c", detail: "d" },
  { kind: "unknown", detail: "d" },
  { kind: "withheld", detail: "d" },
);
const proof = fc.constantFrom<Proof>(
  { kind: "nothing-sent", detail: "d" },
  { kind: "done", detail: "d" },
  { kind: "no-effect", detail: "d" },
);

const operation: fc.Arbitrary<PairOperation> = fc.oneof(
  fc.record({ kind: fc.constant("read" as const), requestId: who }),
  fc.record({ kind: fc.constant("register" as const), requestId: who, at: small }),
  fc.record({
    kind: fc.constant("enqueue" as const),
    requestId: who,
    at: small,
    maxQueued: fc.constantFrom(1, 2, 20),
    whenBusy: fc.constantFrom("wait" as const, "refuse" as const),
  }),
  fc.record({ kind: fc.constant("acquire-lease" as const), requestId: who, at: small }),
  fc.record({ kind: fc.constant("acquire-lease" as const), requestId: who, at: small }),
  fc.record({ kind: fc.constant("release-lease" as const), requestId: who, epoch: small, at: small }),
  fc.record({ kind: fc.constant("leave-queue" as const), requestId: who, at: small }),
  ...[0, 1, 2, 3, 4, 5, 6].map(() =>
    fc.record({
      kind: fc.constant("claim" as const),
      requestId: who,
      direction: fc.constantFrom("forward" as const, "forward" as const, "rollback" as const),
      n: fc.integer({ min: 1, max: 2 }),
      nonce: nonces,
      epoch: fc.integer({ min: 1, max: 2 }),
      planHash: fc.constant("h"),
      at: small,
    }),
  ),
  fc.record({ kind: fc.constant("report" as const), requestId: who, nonce: nonces, verdict, at: small }),
  fc.record({ kind: fc.constant("close" as const), requestId: who, nonce: nonces, proof, at: small }),
  fc.record({
    kind: fc.constant("cancel" as const),
    requestId: who,
    id: fc.constantFrom("c1", "c2", "c3"),
    by: fc.constant("Olga"),
    note: fc.constant("n"),
    at: small,
  }),
  fc.tuple(who, fc.constantFrom("o1", "o2")).map(([requestId, id]): PairOperation => ({
    kind: "order-rollback",
    requestId,
    order: { id, cause: "regression", by: "the soak", note: "n", at: 1 },
  })),
  fc.record({ kind: fc.constant("end-watch" as const), requestId: who, epoch: small }),
  fc.constantFrom("h1", "h2").map((id): PairOperation => ({
    kind: "hold",
    hold: { id, at: 1, reason: reason("foreign-state", "x") },
  })),
  fc.record({
    kind: fc.constant("release" as const),
    id: fc.constantFrom("q1", "q2"),
    holdIds: fc.subarray(["h1", "h2"]),
    by: fc.constant("Olga"),
    note: fc.constant("n"),
    at: small,
  }),
  fc.record({ kind: fc.constant("leave" as const), requestId: who }),
  fc.record({ kind: fc.constant("deregister" as const), requestId: who }),
);
const begun: readonly PairOperation[] = (["a", "b"] as const).flatMap((requestId): PairOperation[] => [
  { kind: "register", requestId, at: 1 },
  { kind: "enqueue", requestId, at: 1, maxQueued: 20, whenBusy: "wait" },
  { kind: "acquire-lease", requestId, at: 1 },
]);
const operations = fc
  .tuple(fc.constantFrom(begun, begun, begun, []), fc.array(operation, { maxLength: 40, size: "max" }))
  .map(([first, more]) => [...first, ...more]);

/** The same after a swap of the first. */
const swapped: readonly PairOperation[] = [
  ...begun,
  {
    ...{ kind: "claim", requestId: "a", direction: "forward", n: 1, nonce: "n0", epoch: 1 },
    ...{ planHash: "h", at: 1 },
  },
  { kind: "close", requestId: "a", nonce: "n0", proof: { kind: "done", detail: "d" }, at: 1 },
];
const swapping = fc
  .array(operation, { maxLength: 40, size: "max" })
  .map((more): readonly PairOperation[] => [...swapped, ...more]);

/** Plays a sequence; `check` sees every step. */
function play(
  sequence: readonly PairOperation[],
  check: (before: PairState, op: PairOperation, step: ReturnType<typeof applyToPair>) => void,
): PairState {
  return sequence.reduce((before, op) => {
    const step = applyToPair(before, op);
    check(before, op, step);
    return step.state;
  }, emptyPair);
}

const often = { numRuns: runs(300) };

test("an operation that is applied twice has the effect and the answer of one", () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      play(sequence, (_before, op, { state, answer }) => {
        const again = applyToPair(state, op);
        expect(JSON.stringify(again.state)).toBe(JSON.stringify(state));
        if (["claim", "cancel", "release", "order-rollback"].includes(op.kind))
          expect(again.answer).toBe(answer);
        expect(again.indexed).toBeUndefined();
      });
    }),
    often,
  );
});

test("a claim is granted only to the holder, and each nonce once (I1, I5, I8, I10)", () => {
  let granted = 0;
  fc.assert(
    fc.property(operations, (sequence) => {
      const nonces = new Map<string, number>();
      play(sequence, (before, op, { state }) => {
        if (before.open && state.open) expect(state.open.nonce).toBe(before.open.nonce);
        if (!state.open || before.open) return;
        granted++;
        expect(op).toMatchObject({ kind: "claim", nonce: state.open.nonce, requestId: before.lease?.holder });
        expect(state.open).toMatchObject({ epoch: before.lease?.epoch, n: (before.lease?.closed ?? 0) + 1 });
        expect(before.lease?.swapped?.direction).not.toBe(state.open.direction);
        if (state.open.direction === "forward") expect(before.holds).toEqual([]);
        if (state.open.direction === "forward") expect(before.lease?.swapped).toBeUndefined();
        else
          expect(before.lease).toMatchObject({
            swapped: { direction: "forward" },
            order: { cause: "regression" },
          });
        expect(before.cancels.map((each) => each.requestId)).not.toContain(state.open.requestId);
        nonces.set(state.open.nonce, (nonces.get(state.open.nonce) ?? 0) + 1);
      });
      for (const count of nonces.values()) expect(count).toBe(1);
    }),
    { numRuns: runs(600) },
  );
  expect(granted).toBeGreaterThan(0);
});

test("a rollback is ordered once, before the soak ends, until its lease ends", () => {
  let ordered = 0;
  fc.assert(
    fc.property(swapping, (sequence) => {
      play(sequence, (before, op, { state }) => {
        if (before.lease?.order && state.lease) expect(state.lease.order).toEqual(before.lease.order);
        if (before.lease?.watched) expect(state.lease?.order).toBeUndefined();
        if (before.lease?.order || !state.lease?.order) return;
        ordered++;
        expect(op.kind).toBe("order-rollback");
        expect(before.lease).toMatchObject({ swapped: { direction: "forward" } });
      });
    }),
    often,
  );
  expect(ordered).toBeGreaterThan(0);
});

test("only its nonce, or a release after its holder has left, closes an open attempt", () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      play(sequence, (before, op, { state }) => {
        if (!before.open || state.open) return;
        if (op.kind === "close") expect(op.nonce).toBe(before.open.nonce);
        else {
          expect(op.kind).toBe("release");
          expect(before.lease?.holder).not.toBe(before.open.requestId);
          expect(state.holds).toEqual([]);
        }
      });
    }),
    often,
  );
});

test("a lease is never stolen: its holder ends it, the first in the queue is next (I3)", () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      play(sequence, (before, op, { state }) => {
        expect(state.epoch).toBeGreaterThanOrEqual(before.epoch);
        if (before.lease && !state.lease) {
          expect(["release-lease", "leave-queue", "leave", "deregister"]).toContain(op.kind);
          expect(op).toMatchObject({ requestId: before.lease.holder });
        }
        if (before.lease && state.lease) {
          expect(state.lease).toMatchObject({ holder: before.lease.holder, epoch: before.lease.epoch });
          expect(state.lease.closed).toBeGreaterThanOrEqual(before.lease.closed);
        }
        if (!before.lease && state.lease) {
          expect(state.lease).toMatchObject({ holder: before.queue[0]?.requestId, epoch: before.epoch + 1 });
          expect(before.open).toBeUndefined();
          expect(before.holds).toEqual([]);
        }
      });
    }),
    often,
  );
});

test("no registered promotion is lost, queued twice, or both queued and holder", () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      const end = play(sequence, (before, op, { state }) => {
        const gone = before.registered.filter(
          (e) => !state.registered.some((s) => s.requestId === e.requestId),
        );
        if (gone.length > 0) expect(op).toMatchObject({ kind: "deregister", requestId: gone[0]?.requestId });
        const line = state.queue.map((entry) => entry.requestId);
        expect(new Set(line).size).toBe(line.length);
        expect(line).not.toContain(state.lease?.holder);
      });
      for (const { requestId } of end.registered) {
        const view = viewOf(end, requestId);
        expect(view.lease?.holder ?? requestId).toBe(requestId);
      }
    }),
    often,
  );
});

test("an acknowledged cancel stays, and no attempt opens after it (I5)", () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      const acknowledged = new Set<string>();
      play(sequence, (_before, op, { state, answer }) => {
        if (
          op.kind === "cancel" &&
          answer === "granted" &&
          state.cancels.some((c) => c.requestId === op.requestId)
        )
          acknowledged.add(op.requestId);
        if (op.kind === "deregister") acknowledged.delete(op.requestId);
        for (const requestId of acknowledged) {
          expect(state.cancels.map((each) => each.requestId)).toContain(requestId);
          expect(state.open?.requestId).not.toBe(requestId);
        }
      });
    }),
    often,
  );
});
