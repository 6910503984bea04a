import { KEPT_PLACES, MAX_REGISTERED, type PairAnswer, type PairState } from "./pair";

/** A state and the answer to whoever asked; `indexed` names the index page that must learn of a new promotion. */
export interface PairStep {
  readonly state: PairState;
  readonly answer: PairAnswer;
  readonly indexed?: { readonly page: number; readonly requestId: string; readonly at: number };
}

const ANSWERS_KEPT = 16;
/** Characters of JSON that the answers may take. */
const ANSWERS_LENGTH = 1_500;

/** Keeps an answer under the id of its question; the oldest go first. */
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

/** Whether it has left the line, and is not deregistered yet. */
export function hasLeft(state: PairState, requestId: string): boolean {
  return state.registered.some((entry) => entry.requestId === requestId && entry.left);
}

/** Whether it is registered and has not left: its hold, its leaving and their place in the chain may be still to come. */
export function standsWith(state: PairState | undefined, requestId: string): boolean {
  return state !== undefined && isRegistered(state, requestId) && !hasLeft(state, requestId);
}

/** What a promotion may come to write: its id when registered, in the queue and cancelled, and what goes with it. */
const WRITTEN_WITH_AN_ID = 290;
/** What may be written of all promotions; answers, holds, lease and attempt need the rest of 16 KiB, see `pair-room.ts`. */
const BUDGET = 9_800;

const LONGEST_ID = 100;

/**
 * Whether one more promotion may be registered such that the state stays under 16 KiB whatever happens to it. Places are kept
 * for those that may take them (`kept`).
 */
export function hasPlaceFor({ registered }: PairState, requestId: string, kept = false): boolean {
  const ids = [...registered.map((entry) => entry.requestId), requestId];
  const written = ids.reduce((sum, id) => sum + budgetOf(id.length), 0);
  const free = kept ? 0 : KEPT_PLACES;
  return ids.length <= MAX_REGISTERED - free && written <= BUDGET - free * budgetOf(LONGEST_ID);
}

function budgetOf(idLength: number): number {
  return 3 * idLength + WRITTEN_WITH_AN_ID;
}
