import { truncate, shrink } from "../kernel/truncate";
import { shortVerdict } from "../swap/attempt";
import type { PairState } from "./pair";

/**
 * Characters of JSON that a pair coordinator's state may take: 16 KiB less what is chained into it after an operation.
 * Azure Storage keeps an entity's state in its row up to 30,720 UTF-16 characters: the state escaped as a JSON string, which
 * adds a character for each quote, and about 128 for every orchestration that called the entity within 30 minutes. Beyond
 * that it is a blob, read two to four times slower, and clients see old states more often. A state at
 * the bound has room for the callers of 20 promotions on one pair in half an hour, a soak and a gate each.
 */
const PAIR_BUDGET = 16 * 1_024 - 250;

/** What a state gives up where everything comes together, the least needed first. */
const steps: readonly ((state: PairState) => PairState)[] = [
  // Nothing is lost: remedies stand in the table of codes, where `showHold` takes them from.
  (state) => ({
    ...state,
    holds: state.holds.map(({ reason, ...hold }) => ({ ...hold, reason: { ...reason, remedy: "" } })),
  }),
  ({ open, ...state }) => ({
    ...state,
    open: open && { ...open, verdict: open.verdict && shortVerdict(open.verdict, 100) },
  }),
  // The audit chain has the first 300 characters of each.
  (state) => withCancels(state, 120),
  (state) => withCancels(state, 40),
];

function withCancels(state: PairState, budget: number): PairState {
  const cancels = state.cancels.map(({ by, note, ...rest }) => ({
    ...{ ...rest, by: truncate(by, budget), note: truncate(note, budget) },
  }));
  return { ...state, cancels };
}

/** The state within its bound, whatever is registered, cancelled, held and answered. */
export function withinPairBudget(state: PairState): PairState {
  return shrink(state, steps, (each) => JSON.stringify(each).length <= PAIR_BUDGET);
}
