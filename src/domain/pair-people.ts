import type { Reason } from "./codes";
import type { Hold, PairOperation, PairState } from "./pair";
import { answerTo, answered, isEnlisted, type PairStep } from "./pair-answers";

type Op<K extends PairOperation["kind"]> = Extract<PairOperation, { kind: K }>;

const HOLDS_KEPT = 4;
const HOLD_DETAIL = 160;

/** Records a person's cancel, unless an attempt is open or the swap has taken effect: then it says so and does nothing. */
export function cancelIn(state: PairState, op: Op<"cancel">): PairStep {
  const before = answerTo(state, op.id);
  if (before) return { state, answer: before };
  if (!isEnlisted(state, op.requestId)) return answered(state, op.id, "not-enlisted");
  if (state.open?.requestId === op.requestId) return answered(state, op.id, "attempt-open");
  if (state.lease?.holder === op.requestId && state.lease.swapped) return answered(state, op.id, "too-late");
  // Shortened: the arbiter's state has to stay small however many are cancelled at once.
  const { kind: _kind, by, note, ...rest } = op;
  const cancel = { ...rest, by: by.slice(0, 60), note: note.slice(0, 60) };
  const cancels = state.cancels.some((c) => c.requestId === op.requestId)
    ? state.cancels
    : [...state.cancels, cancel];
  return answered({ ...state, cancels }, op.id, "granted");
}

/** The hold that an outcome asks for: the same one, whoever sets it and however often. */
export function haltOf(requestId: string, at: number, reason: Reason): Hold {
  return { id: `halt-${requestId}`, at, reason, requestId };
}

/** Stops the line; a hold that was released stays released even if its setting is delivered again. */
export function holdIn(state: PairState, { hold }: Op<"hold">): PairStep {
  const known = answerTo(state, hold.id) === "released" || state.holds.some((h) => h.id === hold.id);
  if (known) return { state, answer: "done" };
  const reason = { ...hold.reason, detail: hold.reason.detail.slice(0, HOLD_DETAIL) };
  return {
    state: { ...state, holds: [...state.holds, { ...hold, reason }].slice(-HOLDS_KEPT) },
    answer: "done",
  };
}

/**
 * A person releases the named holds. An attempt that was left unproved by a concluded promotion is closed with them:
 * the person has looked.
 */
export function releaseIn(state: PairState, op: Op<"release">): PairStep {
  const before = answerTo(state, op.id);
  if (before) return { state, answer: before };
  const gone = state.holds.filter((hold) => op.holdIds.includes(hold.id));
  if (gone.length === 0) return answered(state, op.id, "no-hold");
  const remembered = gone.reduce((s, hold) => answered(s, hold.id, "released").state, state);
  const holds = remembered.holds.filter((hold) => !op.holdIds.includes(hold.id));
  const abandoned = remembered.open && remembered.lease?.holder !== remembered.open.requestId;
  return answered(
    {
      ...remembered,
      holds,
      open: abandoned && holds.length === 0 ? undefined : remembered.open,
      released: { at: op.at, by: op.by, note: op.note },
    },
    op.id,
    "released",
  );
}
