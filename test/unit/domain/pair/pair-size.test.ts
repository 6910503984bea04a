import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair } from "../../../../src/domain/pair/operations";
import { emptyPair, MAX_REGISTERED, type PairOperation } from "../../../../src/domain/pair/pair";
import { runs } from "../../../support/runs";

test("the state stays under 16 KiB, whatever is registered, cancelled, held and answered", () => {
  const at = 1_800_000_000_000;
  const text = "y".repeat(2_000);
  const longest = reason("outcome-unproved", text);
  const idLength = fc.constantFrom(3, 36, 100);
  const heavy = fc.tuple(
    idLength,
    fc.array(fc.nat(MAX_REGISTERED + 5), { minLength: 150, maxLength: 200, size: "max" }),
  );
  let largest = 0;
  const run = (length: number, picks: readonly number[]) => {
    const id = (i: number) => String(i).padStart(3, "0").padEnd(length, "x");
    let state = emptyPair;
    const apply = (op: PairOperation) => {
      state = applyToPair(state, op).state;
      largest = Math.max(largest, JSON.stringify(state).length);
    };
    picks.forEach((i, step) => {
      const requestId = id(i);
      apply({ kind: "register", requestId, at });
      if (!state.registered.some((entry) => entry.requestId === requestId)) return;
      apply({ kind: "enqueue", requestId, at, maxQueued: 100, whenBusy: "wait" });
      apply({ kind: "acquire-lease", requestId, at });
      const { lease } = state;
      if (lease) {
        const nonce = `nonce-${step}`.padEnd(36, "n");
        const claim = {
          direction: "forward",
          n: lease.closed + 1,
          nonce,
          epoch: lease.epoch,
          planHash: "h".repeat(64),
        } as const;
        apply({ kind: "claim", requestId: lease.holder, ...claim, at });
        apply({
          kind: "report",
          requestId: lease.holder,
          nonce,
          verdict: { kind: "unknown", detail: text.slice(0, 500) },
          at,
        });
        if (step % 2)
          apply({
            kind: "close",
            requestId: lease.holder,
            nonce,
            proof: { kind: "done", detail: text.slice(0, 100) },
            at,
          });
        const order = { id: `o-${step}`.padEnd(36, "o"), cause: "person", by: text, note: text, at } as const;
        apply({ kind: "order-rollback", requestId: lease.holder, order });
      }
      apply({ kind: "cancel", requestId, id: `cancel-${step}`.padEnd(40, "c"), by: text, note: text, at });
      if (step < 90 && step % 9 === 8) {
        apply({ kind: "hold", hold: { id: `halt-${requestId}`, at, reason: longest, requestId } });
        const holdIds = state.holds.map((hold) => hold.id);
        apply({ kind: "release", id: `release-${step}`, holdIds, by: text, note: text, at });
      }
      if (step > 100) {
        const id = `by-hand-${step}`.padEnd(40, "h");
        apply({ kind: "hold", id, hold: { id, at, reason: reason("on-hold", text), by: text } });
        apply({ kind: "hold", hold: { id: `halt-${requestId}`, at, reason: longest, requestId } });
      }
    });
  };
  fc.assert(
    fc.property(heavy, ([length, picks]) => {
      run(length, picks);
      expect(largest).toBeLessThan(16 * 1_024);
    }),
    { numRuns: runs(10), endOnFailure: true },
  );
  expect(largest).toBeGreaterThan(8 * 1_024);
});
