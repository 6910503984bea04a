import { clip } from "./clip";
import type { Op, PairState } from "./pair";
import { answerTo, answered, hasLeft, isEnlisted, type PairStep } from "./pair-answers";

const BY_LENGTH = 60;
const ORDER_NOTE_LENGTH = 160;

/**
 * Records that a promotion is to be swapped back, while it is verified or soaks. The first order stands, and whoever asks
 * for the same is granted it.
 */
export function orderSwapBackIn(state: PairState, { requestId, order }: Op<"order-swap-back">): PairStep {
  const before = answerTo(state, order.id);
  if (before) return { state, answer: before };
  if (!isEnlisted(state, requestId)) return answered(state, order.id, "not-enlisted");
  const lease = state.lease?.holder === requestId ? state.lease : undefined;
  if (!lease) {
    return answered(state, order.id, hasLeft(state, requestId) ? "watch-over" : "not-swapped");
  }
  if (lease.order) return answered(state, order.id, "granted");
  if (!lease.swapped) return answered(state, order.id, "not-swapped");
  if (lease.watched) return answered(state, order.id, "watch-over");
  const short = { ...order, by: clip(order.by, BY_LENGTH), note: clip(order.note, ORDER_NOTE_LENGTH) };
  return answered({ ...state, lease: { ...lease, order: short } }, order.id, "granted");
}

/** Ends the time in which a swap-back may be ordered; an order that is there already stands. */
export function endWatchIn(state: PairState, op: Op<"end-watch">): PairStep {
  const { lease } = state;
  const mine = lease?.holder === op.requestId && lease.epoch === op.epoch;
  if (!mine || lease.order || lease.watched) return { state, answer: "done" };
  return { state: { ...state, lease: { ...lease, watched: true } }, answer: "done" };
}
