import type { Reason } from "../kernel/reason-codes";
import { formatTime } from "../kernel/time";
import { truncate } from "../kernel/truncate";
import type { PairPolicy } from "../policy/policy";
import { noSchedules, scheduleAnswer, type ScheduleOperation, type ScheduleState } from "../policy/schedule";
import type { Direction } from "../swap/attempt";
import { proofSpan } from "../swap/settlement";
import { answered, answerTo, hasLeft, isRegistered, type PairStep } from "./answers";
import type { Cancel, Hold, Op, OpenAttempt, PairAnswer, PairOperation, PairState } from "./pair";

/** Most holds that people may set at one pair. */
export const MOST_HOLDS = 4;
const HALTS_KEPT = 2;
const RELEASED_KEPT = 6;
const DETAIL_LENGTH = 160;
const NAME_LENGTH = 60;
const HOLD_NOTE_LENGTH = 200;

/** The hold that an outcome asks for: the same one, whoever sets it and however often. */
export function haltOf(requestId: string, at: number, reason: Reason): Hold {
  return { id: `halt-${requestId}`, at, reason, requestId };
}

/**
 * Stops the line. No hold is ever dropped for another: one too many by hand is refused, one too many by an outcome is
 * told within the last. A hold that was released stays released, even if its setting is delivered again.
 */
export function holdIn(state: PairState, { id, hold }: Op<"hold">): PairStep {
  const before = answerTo(state, id);
  if (before) return { state, answer: before };
  const answer = answerOf(state, hold);
  const held = answer === "done" ? { ...state, holds: withHold(state.holds, shortened(hold)) } : state;
  return id === undefined ? { state: held, answer } : answered(held, id, answer);
}

/**
 * A person releases the named holds. An attempt that was left unproved by a concluded promotion is closed with them:
 * the person has looked.
 */
export function releaseIn(state: PairState, op: Op<"release">): PairStep {
  const before = answerTo(state, op.id);
  if (before) return { state, answer: before };
  const gone = state.holds.filter((hold) => op.holdIds.includes(hold.id)).map((hold) => hold.id);
  if (gone.length === 0) return answered(state, op.id, "no-hold");
  const holds = state.holds.filter((hold) => !gone.includes(hold.id));
  const abandoned = state.open && state.lease?.holder !== state.open.requestId;
  return answered(
    {
      ...state,
      holds,
      open: abandoned && holds.length === 0 ? undefined : state.open,
      released: { at: op.at, by: truncate(op.by, NAME_LENGTH), note: truncate(op.note, HOLD_NOTE_LENGTH) },
      releasedHolds: [...(state.releasedHolds ?? []), ...gone].slice(-RELEASED_KEPT),
    },
    op.id,
    "released",
  );
}

/** Who or what stops the line, and why. */
export function describeHold({ by, reason }: Hold): string {
  return by === undefined
    ? `the pair is on hold (${reason.code}: ${reason.detail})`
    : `the pair is on hold by ${by}: ${reason.detail}`;
}

/** What a hold means for what is under way at its pair. */
export function describeEffect({ lease, open, queue: line }: PairState): string {
  const waiting = line.length === 0 ? "" : `; ${line.length} in the queue wait until it is released`;
  if (open?.direction === "rollback")
    return `the rollback of ${open.requestId} is carried out: no hold stops it${waiting}`;
  if (open) return `the open attempt of ${open.requestId} is settled, and nothing new is claimed${waiting}`;
  if (!lease) return `nothing is under way; whoever comes waits for the lease${waiting}`;
  if (lease.order) return `the rollback of ${lease.holder} is carried out: no hold stops it${waiting}`;
  return lease.swapped
    ? `${lease.holder} has swapped and goes on to its outcome${waiting}`
    : `${lease.holder} goes on observing and claims nothing until it is released${waiting}`;
}

/** By when a hold that is recorded holds: no claim is granted any more, and what was granted before runs out. */
export interface HoldReach {
  /** From then on no PUT of a forward swap is sent, ms. */
  readonly holdsFrom: number;
  /** The attempt that was claimed before, as long as anything may come of it; a rollback is stopped by no hold. */
  readonly attempt?: {
    readonly requestId: string;
    readonly direction: Direction;
    readonly claimedAt: number;
    /** Until then its effect may show, ms. */
    readonly effectUntil: number;
  };
}

const mayBeUnsent = (open: OpenAttempt) => open.verdict === undefined;
const mayHaveEffect = ({ verdict }: OpenAttempt) =>
  verdict === undefined || verdict.kind === "accepted" || verdict.kind === "unknown";

/** What a hold reaches at `now`, by the clocks of whoever claims. `swap`: the times under which the open attempt was claimed. */
export function reachOf({ open }: Pick<PairState, "open">, swap: PairPolicy["swap"], now: number): HoldReach {
  if (!open || !mayHaveEffect(open)) return { holdsFrom: now };
  const { requestId, direction, claimedAt } = open;
  const lastPut = claimedAt + swap.claimWindowMs + swap.putTimeoutMs;
  return {
    holdsFrom: direction === "forward" && mayBeUnsent(open) ? Math.max(now, lastPut) : now,
    attempt: { requestId, direction, claimedAt, effectUntil: claimedAt + proofSpan(swap) },
  };
}

function answerOf(state: PairState, { id, by, words }: Hold): PairAnswer {
  const standing = state.holds.find((hold) => hold.id === id);
  if (standing) return standing.words === words ? "stands" : "other-words";
  if (state.releasedHolds?.includes(id)) return "released";
  const byHand = state.holds.filter((hold) => hold.by !== undefined).length;
  return by !== undefined && byHand >= MOST_HOLDS ? "too-many-holds" : "done";
}

function withHold(holds: readonly Hold[], hold: Hold): readonly Hold[] {
  const halts = holds.filter(({ by }) => by === undefined);
  const last = halts[HALTS_KEPT - 1];
  if (hold.by !== undefined || !last) return [...holds, hold];
  const described = `halted too: ${hold.requestId ?? hold.id}; `;
  const { detail } = last.reason;
  if (detail.includes(described)) return holds;
  const both = shortened({ ...last, reason: { ...last.reason, detail: `${described}${detail}` } });
  return holds.map((each) => (each === last ? both : each));
}

/** The pair coordinator's state has to stay small. */
function shortened({ by, ...hold }: Hold): Hold {
  const reason = { ...hold.reason, detail: truncate(hold.reason.detail, DETAIL_LENGTH) };
  return by === undefined ? { ...hold, reason } : { ...hold, reason, by: truncate(by, NAME_LENGTH) };
}

const PERSON_LENGTH = 60;

/** A whole note; where many are cancelled at once less of each is kept, see `pair-room.ts`. */
const CANCEL_NOTE_LENGTH = 500;

/** Who has cancelled, when, and why, wherever it is told. */
export function describeCancel({ by, at, note }: Pick<Cancel, "by" | "at" | "note">): string {
  return `cancelled by ${by} at ${formatTime(at)}${note === "" ? "" : `: ${note}`}`;
}

/**
 * Records a person's cancel, unless an attempt is open or the swap has taken effect: then it says so and does nothing. The
 * first one stands; what a later one has to say is kept beside it.
 */
export function cancelIn(state: PairState, op: Op<"cancel">): PairStep {
  const known = answerTo(state, op.id);
  if (known) return { state, answer: known };
  if (!isRegistered(state, op.requestId)) return answered(state, op.id, "not-registered");
  if (state.open?.requestId === op.requestId) return answered(state, op.id, "attempt-open");
  if (state.lease?.holder === op.requestId && state.lease.swapped) return answered(state, op.id, "too-late");
  const { kind: _kind, oid: _oid, by, note, ...rest } = op;
  const given = { ...rest, by: truncate(by, PERSON_LENGTH), note: truncate(note, CANCEL_NOTE_LENGTH) };
  const before = state.cancels.find((each) => each.requestId === op.requestId);
  const cancels = before
    ? state.cancels.map((each) => (each === before ? withNoteOf(before, given) : each))
    : [...state.cancels, given];
  return answered({ ...state, cancels }, op.id, "granted");
}

function withNoteOf(first: Cancel, { by, note }: Cancel): Cancel {
  if (note === "" || first.note.includes(note)) return first;
  const described = by === first.by ? note : `${by}: ${note}`;
  return {
    ...first,
    note: truncate(first.note === "" ? described : `${first.note}; ${described}`, CANCEL_NOTE_LENGTH),
  };
}

const BY_LENGTH = 60;

const ORDER_NOTE_LENGTH = 160;

/**
 * Records that a promotion is to be rolled back, while it is verified or soaks. The first order stands, and whoever asks
 * for the same is granted it.
 */
export function orderRollbackIn(state: PairState, { requestId, order }: Op<"order-rollback">): PairStep {
  const before = answerTo(state, order.id);
  if (before) return { state, answer: before };
  if (!isRegistered(state, requestId)) return answered(state, order.id, "not-registered");
  const lease = state.lease?.holder === requestId ? state.lease : undefined;
  if (!lease) {
    return answered(state, order.id, hasLeft(state, requestId) ? "watch-over" : "not-swapped");
  }
  if (lease.order) return answered(state, order.id, "granted");
  if (!lease.swapped) return answered(state, order.id, "not-swapped");
  if (lease.watched) return answered(state, order.id, "watch-over");
  const short = {
    ...order,
    by: truncate(order.by, BY_LENGTH),
    note: truncate(order.note, ORDER_NOTE_LENGTH),
  };
  return answered({ ...state, lease: { ...lease, order: short } }, order.id, "granted");
}

/** Ends the time in which a rollback may be ordered; an order that is there already stands. */
export function endWatchIn(state: PairState, op: Op<"end-watch">): PairStep {
  const { lease } = state;
  const mine = lease?.holder === op.requestId && lease.epoch === op.epoch;
  if (!mine || lease.order || lease.watched) return { state, answer: "done" };
  return { state: { ...state, lease: { ...lease, watched: true } }, answer: "done" };
}

/** What a person has just decided by an operation, for the pair's audit chain; undefined when nothing changed by it. */
export function decidedBy(
  before: ScheduleState | undefined,
  op: ScheduleOperation,
  after: ScheduleState,
): Extract<PairOperation, { kind: "note-schedule" }> | undefined {
  if ((op.kind !== "pause" && op.kind !== "resume") || scheduleAnswer(before ?? noSchedules, op.id))
    return undefined;
  const answer = scheduleAnswer(after, op.id);
  if (answer !== "paused" && answer !== "resumed") return undefined;
  const { id, name, by, oid, note, at } = op;
  return { kind: "note-schedule", what: `schedule-${answer}`, id, name, by, oid, note, at };
}
