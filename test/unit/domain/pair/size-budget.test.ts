import { reason } from "../../../../src/domain/kernel/reason-codes";
import { emptyPair, type OpenAttempt, type PairState } from "../../../../src/domain/pair/pair";
import { withinPairBudget } from "../../../../src/domain/pair/size-budget";
import type { AttemptVerdict } from "../../../../src/domain/swap/attempt";

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

test("a state of just its bound stays as it is; with one character more it gives up remedies first", () => {
  const fits = stateOf(BUDGET, {});
  expect(JSON.stringify(fits)).toHaveLength(BUDGET);
  expect(withinPairBudget(fits)).toBe(fits);
  const grown = stateOf(BUDGET + 1, { cancels: [cancel], open: { ...open, verdict } });
  const described = { ...hold, reason: { ...hold.reason, remedy: "" } };
  expect(withinPairBudget(grown)).toEqual({ ...grown, holds: [described] });
});

test("then the account of an attempt is cut, where there is one", () => {
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

test("last of all who cancelled and why is cut: the audit chain has it at length", () => {
  const { cancels } = withinPairBudget(stateOf(BEYOND_REMEDIES, { cancels: [cancel] }));
  expect(cancels).toEqual([{ ...cancel, by: `${"b".repeat(39)}…`, note: `${"n".repeat(39)}…` }]);
});
