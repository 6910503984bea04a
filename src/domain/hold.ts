import type { Act } from "./attempt";
import { clip } from "./clip";
import type { Reason } from "./codes";
import type { Hold, OpenAttempt, PairAnswer, Op, PairState } from "./pair";
import { answerTo, answered, type PairStep } from "./pair-answers";
import type { PairPolicy } from "./policy";
import { proofSpan } from "./settlement";

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
      released: { at: op.at, by: clip(op.by, NAME_LENGTH), note: clip(op.note, HOLD_NOTE_LENGTH) },
      releasedHolds: [...(state.releasedHolds ?? []), ...gone].slice(-RELEASED_KEPT),
    },
    op.id,
    "released",
  );
}

/** Who or what stops the line, and why. */
export function tellHold({ by, reason }: Hold): string {
  return by === undefined
    ? `the pair is on hold (${reason.code}: ${reason.detail})`
    : `the pair is on hold by ${by}: ${reason.detail}`;
}

/** What a hold means for what is under way at its pair. */
export function tellEffect({ lease, open, line }: PairState): string {
  const waiting = line.length === 0 ? "" : `; ${line.length} in line wait until it is released`;
  if (open?.act === "swap-back")
    return `the swap-back of ${open.requestId} is carried out: no hold stops it${waiting}`;
  if (open) return `the open attempt of ${open.requestId} is settled, and nothing new is claimed${waiting}`;
  if (!lease) return `nothing is under way; whoever comes waits for its turn${waiting}`;
  if (lease.order) return `the swap-back of ${lease.holder} is carried out: no hold stops it${waiting}`;
  return lease.swapped
    ? `${lease.holder} has swapped and goes on to its outcome${waiting}`
    : `${lease.holder} goes on observing and claims nothing until it is released${waiting}`;
}

/** By when a hold that is recorded holds: no claim is granted any more, and what was granted before runs out. */
export interface HoldReach {
  /** From then on no PUT of a forward swap is sent, ms. */
  readonly holdsFrom: number;
  /** The attempt that was claimed before, as long as anything may come of it; a swap-back is stopped by no hold. */
  readonly attempt?:
    | {
        readonly requestId: string;
        readonly act: Act;
        readonly claimedAt: number;
        /** Until then its effect may show, ms. */
        readonly effectUntil: number;
      }
    | undefined;
}

const mayBeUnsent = (open: OpenAttempt) => open.verdict === undefined;
const mayHaveEffect = ({ verdict }: OpenAttempt) =>
  verdict === undefined || verdict.kind === "accepted" || verdict.kind === "unknown";

/** What a hold reaches at `now`, by the clocks of whoever claims. `swap`: the times under which the open attempt was claimed. */
export function reachOf({ open }: Pick<PairState, "open">, swap: PairPolicy["swap"], now: number): HoldReach {
  if (!open || !mayHaveEffect(open)) return { holdsFrom: now };
  const { requestId, act, claimedAt } = open;
  const lastPut = claimedAt + swap.claimWindowMs + swap.putTimeoutMs;
  return {
    holdsFrom: act === "forward" && mayBeUnsent(open) ? Math.max(now, lastPut) : now,
    attempt: { requestId, act, claimedAt, effectUntil: claimedAt + proofSpan(swap) },
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
  const told = `halted too: ${hold.requestId ?? hold.id}; `;
  const { detail } = last.reason;
  if (detail.includes(told)) return holds;
  const both = shortened({ ...last, reason: { ...last.reason, detail: `${told}${detail}` } });
  return holds.map((each) => (each === last ? both : each));
}

/** The arbiter's state has to stay small. */
function shortened({ by, ...hold }: Hold): Hold {
  const reason = { ...hold.reason, detail: clip(hold.reason.detail, DETAIL_LENGTH) };
  return by === undefined ? { ...hold, reason } : { ...hold, reason, by: clip(by, NAME_LENGTH) };
}
