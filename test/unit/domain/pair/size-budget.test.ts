import fc from "fast-check";
import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair } from "../../../../src/domain/pair/operations";
import { MOST_HOLDS } from "../../../../src/domain/pair/operator-actions";
import {
  emptyPair,
  MAX_REGISTERED,
  type OpenAttempt,
  type PairOperation,
  type PairState,
} from "../../../../src/domain/pair/pair";
import { withinPairBudget } from "../../../../src/domain/pair/size-budget";
import type { AttemptVerdict } from "../../../../src/domain/swap/attempt";
import { coordinatorCases, longestCoordinator } from "../../../support/longest-pair";
import { runs } from "../../../support/runs";

/** What a pair coordinator's state gives up, and in which order, where it would grow beyond its bound. */
const BUDGET = 16 * 1_024 - 250;
const at = 1_800_000_000_000;
const hold = { id: "h-1", at, by: "Olga", reason: reason("on-hold", "incident 7") };
/** Too long still when the remedies are gone. */
const BEYOND_REMEDIES = BUDGET + hold.reason.remedy.length + 1;
const verdict: AttemptVerdict = { kind: "unknown", detail: "d".repeat(400) };
const open: OpenAttempt = {
  ...{ requestId: "r", direction: "forward", n: 1, nonce: "n", epoch: 1, planHash: "p", claimedAt: at },
};
const cancel = { id: "c", requestId: "r", at, by: "b".repeat(90), note: "n".repeat(90) };

/** A state of this length in JSON; what fills it is never given up. */
function stateOf(length: number, over: Partial<PairState>): PairState {
  const state = { ...emptyPair, cancels: [], holds: [hold], ...over };
  const filled = (by: number) => ({ ...state, registered: [{ requestId: "x".repeat(by), at }] });
  return filled(length - JSON.stringify(filled(0)).length);
}

test("a state at its bound stays; one character more and it gives up remedies first", () => {
  const fits = stateOf(BUDGET, {});
  expect(JSON.stringify(fits)).toHaveLength(BUDGET);
  expect(withinPairBudget(fits)).toBe(fits);
  const grown = stateOf(BUDGET + 1, { cancels: [cancel], open: { ...open, verdict } });
  const described = { ...hold, reason: { ...hold.reason, remedy: "" } };
  expect(withinPairBudget(grown)).toEqual({ ...grown, holds: [described] });
});

test("next, the report of an attempt is truncated", () => {
  const reported = withinPairBudget(
    stateOf(BEYOND_REMEDIES, { cancels: [cancel], open: { ...open, verdict } }),
  );
  expect(reported.open?.verdict).toEqual({ ...verdict, detail: `${"d".repeat(99)}…` });
  expect(reported.cancels).toEqual([cancel]);
  const unreported = withinPairBudget(stateOf(BEYOND_REMEDIES, { cancels: [cancel], open }));
  expect(unreported.open).toEqual(open);
  const closed = withinPairBudget(stateOf(BEYOND_REMEDIES, { cancels: [cancel] }));
  expect(closed.open).toBeUndefined();
});

test("last, authors and notes of cancels are truncated", () => {
  const { cancels } = withinPairBudget(stateOf(BEYOND_REMEDIES, { cancels: [cancel] }));
  expect(cancels).toEqual([{ ...cancel, by: `${"b".repeat(39)}…`, note: `${"n".repeat(39)}…` }]);
});

/** The longest state of a pair coordinator that the limits of its inputs allow: every field at its limit at once. */
const LIMIT = 16 * 1_024;
/** Of the pair coordinator, whatever comes: what the simulator's and people's longest days leave free. */
const MARGIN = 200;
test.each(coordinatorCases)(
  "the longest state stays under 16 KiB: ids of $idLength, texts of $fill",
  (given) => {
    const state = longestCoordinator(given);
    const standing = state.registered.length - 1;
    expect(state).toMatchObject({
      lease: { swapped: {}, order: {} },
      open: { verdict: { kind: "accepted" } },
    });
    expect([state.queue.length, state.cancels.length]).toEqual([standing, standing]);
    expect(state.registered.filter(({ unknowns }) => unknowns !== undefined)).toHaveLength(standing);
    expect(state.holds).toHaveLength(MOST_HOLDS + 2);
    expect(JSON.stringify(state).length).toBeLessThan(LIMIT - MARGIN);
  },
);

test("a longer state of an older version fits its bound after its next change", () => {
  const state = longestCoordinator({ idLength: 36, fill: "x" });
  const cancels = state.cancels.map((cancel) => ({ ...cancel, by: "b".repeat(60), note: "n".repeat(60) }));
  const holds = state.holds.map((hold) => ({ ...hold, reason: reason("on-hold", "d".repeat(260)) }));
  const grown = { ...state, cancels, holds };
  expect(JSON.stringify(grown).length).toBeGreaterThan(LIMIT);
  const next = applyToPair(grown, { kind: "end-watch", requestId: "nobody", epoch: 1 });
  expect(next.state).toBe(grown);
  const { state: after } = applyToPair(grown, {
    kind: "deregister",
    requestId: state.queue[0]?.requestId ?? "",
  });
  expect(JSON.stringify(after).length).toBeLessThan(LIMIT);
  expect(after.holds.map(({ id }) => id)).toEqual(state.holds.map(({ id }) => id));
});

test("the state stays under 16 KiB, whatever is registered, cancelled, held, answered", () => {
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
