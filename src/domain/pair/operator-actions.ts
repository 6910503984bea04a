import type { Reason } from "../kernel/reason-codes";
import { formatTime } from "../kernel/time";
import { truncate } from "../kernel/truncate";
import type { PairPolicy } from "../policy/policy";
import { noSchedules, scheduleAnswer, type ScheduleOperation, type ScheduleState } from "../policy/schedule";
import type { Direction } from "../swap/attempt";
import { proofSpan } from "../swap/settlement";
import { answered, answerTo, hasLeft, isRegistered, type PairStep } from "./answers";
import type { Cancel, Hold, Op, OpenAttempt, PairAnswer, PairOperation, PairState } from "./pair";

/** How many holds people may set on one pair. */
export const MOST_HOLDS = 4;
const HALTS_KEPT = 2;
const RELEASED_KEPT = 6;
const DETAIL_LENGTH = 160;
const NAME_LENGTH = 60;
const HOLD_NOTE_LENGTH = 200;
/** The longest note. With many cancels at once, less of each is kept, see `size-budget.ts`. */
const CANCEL_NOTE_LENGTH = 500;

/** The hold that an outcome sets. Repeats have the same id. */
export function haltOf(requestId: string, at: number, reason: Reason): Hold {
  return { id: `halt-${requestId}`, at, reason, requestId };
}

/**
 * Sets a hold. Above the limit, a person's hold is refused and an outcome's hold is merged into the last one. A
 * released hold stays released if its setting is delivered again.
 */
export function holdIn(state: PairState, { id, hold }: Op<"hold">): PairStep {
  const before = answerTo(state, id);
  if (before) return { state, answer: before };
  const answer = answerOf(state, hold);
  const held = answer === "done" ? { ...state, holds: withHold(state.holds, shortened(hold)) } : state;
  return id === undefined ? { state: held, answer } : answered(held, id, answer);
}

/** A person releases the named holds. This also closes an unproved attempt of a concluded promotion. */
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

export function describeHold({ by, reason }: Hold): string {
  return by === undefined
    ? `the pair is on hold (${reason.code}: ${reason.detail})`
    : `the pair is on hold by ${by}: ${reason.detail}`;
}

/** The effect of a hold on promotions that are under way. */
export function describeEffect({ lease, open, queue }: PairState): string {
  const waiting = queue.length === 0 ? "" : `; ${queue.length} in the queue wait until it is released`;
  if (open?.direction === "rollback")
    return `the rollback of ${open.requestId} continues: a hold does not stop it${waiting}`;
  if (open) return `the open attempt of ${open.requestId} is settled, and nothing new is claimed${waiting}`;
  if (!lease) return `nothing is under way; new promotions wait for the lease${waiting}`;
  if (lease.order) return `the rollback of ${lease.holder} continues: a hold does not stop it${waiting}`;
  return lease.swapped
    ? `${lease.holder} has swapped and continues to its outcome${waiting}`
    : `${lease.holder} continues to observe and claims nothing until the hold is released${waiting}`;
}

/** When a recorded hold takes effect: no new claim is granted, and an earlier one runs out. */
export interface HoldReach {
  /** From this time, in ms, no PUT of a forward swap is sent. */
  readonly holdsFrom: number;
  /** The attempt that was claimed before the hold, while it may have an effect. */
  readonly attempt?: {
    readonly requestId: string;
    readonly direction: Direction;
    readonly claimedAt: number;
    /** Until this time, in ms, its effect may occur. */
    readonly effectUntil: number;
  };
}

const mayBeUnsent = (open: OpenAttempt) => open.verdict === undefined;
const mayHaveEffect = ({ verdict }: OpenAttempt) =>
  verdict === undefined || verdict.kind === "accepted" || verdict.kind === "unknown";

/** The reach of a hold at `now`. `swap` has the time limits of the open attempt. */
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

function shortened({ by, ...hold }: Hold): Hold {
  const reason = { ...hold.reason, detail: truncate(hold.reason.detail, DETAIL_LENGTH) };
  return by === undefined ? { ...hold, reason } : { ...hold, reason, by: truncate(by, NAME_LENGTH) };
}

export function describeCancel({ by, at, note }: Pick<Cancel, "by" | "at" | "note">): string {
  return `cancelled by ${by} at ${formatTime(at)}${note === "" ? "" : `: ${note}`}`;
}

/** Records a cancel unless an attempt is open or the swap took effect. Adds the notes of later cancels to the first. */
export function cancelIn(state: PairState, op: Op<"cancel">): PairStep {
  const known = answerTo(state, op.id);
  if (known) return { state, answer: known };
  if (!isRegistered(state, op.requestId)) return answered(state, op.id, "not-registered");
  if (state.open?.requestId === op.requestId) return answered(state, op.id, "attempt-open");
  if (state.lease?.holder === op.requestId && state.lease.swapped) return answered(state, op.id, "too-late");
  const { kind: _kind, oid: _oid, by, note, ...rest } = op;
  const given = { ...rest, by: truncate(by, NAME_LENGTH), note: truncate(note, CANCEL_NOTE_LENGTH) };
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

/** Records a rollback order during verification or soak. The first order stays, and later ones are granted too. */
export function orderRollbackIn(state: PairState, { requestId, order }: Op<"order-rollback">): PairStep {
  const before = answerTo(state, order.id);
  if (before) return { state, answer: before };
  if (!isRegistered(state, requestId)) return answered(state, order.id, "not-registered");
  const lease = state.lease?.holder === requestId ? state.lease : undefined;
  if (!lease) return answered(state, order.id, hasLeft(state, requestId) ? "watch-over" : "not-swapped");
  if (lease.order) return answered(state, order.id, "granted");
  if (!lease.swapped) return answered(state, order.id, "not-swapped");
  if (lease.watched) return answered(state, order.id, "watch-over");
  const short = { ...order, by: truncate(order.by, NAME_LENGTH), note: truncate(order.note, DETAIL_LENGTH) };
  return answered({ ...state, lease: { ...lease, order: short } }, order.id, "granted");
}

/** Ends the time for rollback orders. An order that exists stays. */
export function endWatchIn(state: PairState, op: Op<"end-watch">): PairStep {
  const { lease } = state;
  const mine = lease?.holder === op.requestId && lease.epoch === op.epoch;
  if (!mine || lease.order || lease.watched) return { state, answer: "done" };
  return { state: { ...state, lease: { ...lease, watched: true } }, answer: "done" };
}

/** The entry for the pair's audit chain; undefined if the operation changed nothing. */
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
