import { reason } from "../../../../src/domain/kernel/reason-codes";
import { applyToPair } from "../../../../src/domain/pair/operations";
import { MOST_HOLDS } from "../../../../src/domain/pair/operator-actions";
import { coordinatorCases, longestCoordinator } from "../../../support/longest-pair";

/** The longest state of a pair coordinator that the limits of its inputs allow: every field at its limit at once. */
const LIMIT = 16 * 1_024;
/** Of the pair coordinator, whatever comes: what the simulator's and people's longest days leave free. */
const MARGIN = 200;
test.each(coordinatorCases)(
  "it stays under 16 KiB with margin: ids of $idLength characters, texts of $fill",
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

test("a state that an older version let grow is read, and brought within its bound by its next change", () => {
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
