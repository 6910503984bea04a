import { clip } from "./clip";
import type { PairOperation, PairState } from "./pair";
import { answerTo, answered, isEnlisted, type PairStep } from "./pair-answers";

type Op<K extends PairOperation["kind"]> = Extract<PairOperation, { kind: K }>;

const PERSON_LENGTH = 60;

/** Records a person's cancel, unless an attempt is open or the swap has taken effect: then it says so and does nothing. */
export function cancelIn(state: PairState, op: Op<"cancel">): PairStep {
  const before = answerTo(state, op.id);
  if (before) return { state, answer: before };
  if (!isEnlisted(state, op.requestId)) return answered(state, op.id, "not-enlisted");
  if (state.open?.requestId === op.requestId) return answered(state, op.id, "attempt-open");
  if (state.lease?.holder === op.requestId && state.lease.swapped) return answered(state, op.id, "too-late");
  // Shortened: the arbiter's state has to stay small however many are cancelled at once.
  const { kind: _kind, oid: _oid, by, note, ...rest } = op;
  const cancel = { ...rest, by: clip(by, PERSON_LENGTH), note: clip(note, PERSON_LENGTH) };
  const cancels = state.cancels.some((c) => c.requestId === op.requestId)
    ? state.cancels
    : [...state.cancels, cancel];
  return answered({ ...state, cancels }, op.id, "granted");
}
