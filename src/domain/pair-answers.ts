import type { PairAnswer, PairState } from "./pair";

/** A state and the answer to whoever asked; `indexed` names the index page that must learn of a new promotion. */
export interface PairStep {
  readonly state: PairState;
  readonly answer: PairAnswer;
  readonly indexed?: { readonly page: number; readonly requestId: string; readonly at: number } | undefined;
}

const ANSWERS_KEPT = 16;

/** Keeps an answer under the id of its question; the oldest go first. */
export function answered(state: PairState, id: string, answer: PairAnswer): PairStep {
  const others = state.answers.filter((a) => a.id !== id);
  return { state: { ...state, answers: [...others, { id, answer }].slice(-ANSWERS_KEPT) }, answer };
}

export function answerTo(state: PairState, id: string): PairAnswer | undefined {
  return state.answers.find((a) => a.id === id)?.answer;
}

export function isEnlisted(state: PairState, requestId: string): boolean {
  return state.enlisted.some((entry) => entry.requestId === requestId);
}
