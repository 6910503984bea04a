import { KEPT_PLACES, MAX_REGISTERED, type PairAnswer, type PairState } from "./pair";

/** A new state and the answer to the caller. `indexed`: the index entry of a newly registered promotion. */
export interface PairStep {
  readonly state: PairState;
  readonly answer: PairAnswer;
  readonly indexed?: { readonly page: number; readonly requestId: string; readonly at: number };
}

const ANSWERS_KEPT = 16;
/** Size limit of all answers in JSON. */
const ANSWERS_LENGTH = 1_500;

/** Stores an answer under the id of its operation, and drops the oldest ones. */
export function answered(state: PairState, id: string, answer: PairAnswer): PairStep {
  const others = state.answers.filter((a) => a.id !== id);
  let answers = [...others, { id, answer }].slice(-ANSWERS_KEPT);
  while (JSON.stringify(answers).length > ANSWERS_LENGTH) answers = answers.slice(1);
  return { state: { ...state, answers }, answer };
}

export function answerTo(state: PairState, id: string | undefined): PairAnswer | undefined {
  return state.answers.find((a) => a.id === id)?.answer;
}

export function isRegistered(state: PairState, requestId: string): boolean {
  return state.registered.some((entry) => entry.requestId === requestId);
}

/** Whether it has left the queue with an outcome, and is still registered. */
export function hasLeft(state: PairState, requestId: string): boolean {
  return state.registered.some((entry) => entry.requestId === requestId && entry.left);
}

/** Whether it is registered and has not left: its hold and its audit entry may still follow. */
export function standsWith(state: PairState | undefined, requestId: string): boolean {
  return state !== undefined && isRegistered(state, requestId) && !hasLeft(state, requestId);
}

/** The most that a promotion adds to the state besides its id: when registered, in the queue and cancelled. */
const WRITTEN_WITH_AN_ID = 290;
/** Size limit of all promotions. Answers, holds, lease and attempt need the rest of 16 KiB, see `size-budget.ts`. */
const BUDGET = 9_800;
const LONGEST_ID = 100;

/** Whether one more promotion fits, with the state under 16 KiB. Some places are reserved for operators (`kept`). */
export function hasPlaceFor({ registered }: PairState, requestId: string, kept = false): boolean {
  const ids = [...registered.map((entry) => entry.requestId), requestId];
  const written = ids.reduce((sum, id) => sum + budgetOf(id.length), 0);
  const free = kept ? 0 : KEPT_PLACES;
  return ids.length <= MAX_REGISTERED - free && written <= BUDGET - free * budgetOf(LONGEST_ID);
}

function budgetOf(idLength: number): number {
  return 3 * idLength + WRITTEN_WITH_AN_ID;
}
