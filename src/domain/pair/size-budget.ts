import { truncate, shrink } from "../kernel/truncate";
import { shortVerdict } from "../swap/attempt";
import type { PairState } from "./pair";

/**
 * Size limit of the state in JSON: 16 KiB minus the audit head that is added later. Azure Storage keeps an entity in
 * its row up to 30,720 UTF-16 characters, escaped, plus about 128 per orchestration that called it in the last 30
 * minutes (enough for 20 promotions). A larger entity becomes a blob, which is two to four times slower to read.
 */
const PAIR_BUDGET = 16 * 1_024 - 250;

/** What a state drops when it is too large, least needed first. */
const steps: readonly ((state: PairState) => PairState)[] = [
  // Nothing is lost: `viewHold` takes remedies from the table of codes.
  (state) => ({
    ...state,
    holds: state.holds.map(({ reason, ...hold }) => ({ ...hold, reason: { ...reason, remedy: "" } })),
  }),
  ({ open, ...state }) => ({
    ...state,
    open: open && { ...open, verdict: open.verdict && shortVerdict(open.verdict, 100) },
  }),
  // The audit chain has the first 300 characters of each note.
  (state) => withCancels(state, 120),
  (state) => withCancels(state, 40),
];

function withCancels(state: PairState, budget: number): PairState {
  const cancels = state.cancels.map(({ by, note, ...rest }) => {
    return { ...rest, by: truncate(by, budget), note: truncate(note, budget) };
  });
  return { ...state, cancels };
}

export function withinPairBudget(state: PairState): PairState {
  return shrink(state, steps, (each) => JSON.stringify(each).length <= PAIR_BUDGET);
}
