import { clip } from "./clip";
import type { Cancel, Op, PairState } from "./pair";
import { tellTime } from "./shown-time";
import { answerTo, answered, isEnlisted, type PairStep } from "./pair-answers";

const PERSON_LENGTH = 60;
/** A whole note; where many are cancelled at once less of each is kept, see `pair-room.ts`. */
const CANCEL_NOTE_LENGTH = 500;

/** Who has cancelled, when, and why, wherever it is told. */
export function tellCancel({ by, at, note }: Pick<Cancel, "by" | "at" | "note">): string {
  return `cancelled by ${by} at ${tellTime(at)}${note === "" ? "" : `: ${note}`}`;
}

/**
 * Records a person's cancel, unless an attempt is open or the swap has taken effect: then it says so and does nothing. The
 * first one stands; what a later one has to say is kept beside it.
 */
export function cancelIn(state: PairState, op: Op<"cancel">): PairStep {
  const known = answerTo(state, op.id);
  if (known) return { state, answer: known };
  if (!isEnlisted(state, op.requestId)) return answered(state, op.id, "not-enlisted");
  if (state.open?.requestId === op.requestId) return answered(state, op.id, "attempt-open");
  if (state.lease?.holder === op.requestId && state.lease.swapped) return answered(state, op.id, "too-late");
  const { kind: _kind, oid: _oid, by, note, ...rest } = op;
  const given = { ...rest, by: clip(by, PERSON_LENGTH), note: clip(note, CANCEL_NOTE_LENGTH) };
  const before = state.cancels.find((each) => each.requestId === op.requestId);
  const cancels = before
    ? state.cancels.map((each) => (each === before ? withNoteOf(before, given) : each))
    : [...state.cancels, given];
  return answered({ ...state, cancels }, op.id, "granted");
}

function withNoteOf(first: Cancel, { by, note }: Cancel): Cancel {
  if (note === "" || first.note.includes(note)) return first;
  const told = by === first.by ? note : `${by}: ${note}`;
  return { ...first, note: clip(first.note === "" ? told : `${first.note}; ${told}`, CANCEL_NOTE_LENGTH) };
}
