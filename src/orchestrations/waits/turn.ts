import { applyToPairEntity, timeOf } from "../calls";
import { tellHold } from "../../domain/hold";
import type { PairView } from "../../domain/pair";
import type { Wait } from "./waits";

const LOOK_MS = 60_000;

/** Takes the pair's lease as soon as this promotion is first in line and no hold is on. */
export const turn: Wait<"turn"> = {
  cancellable: true,
  looksWhenWoken: true,
  endsWith: "the pair's lease becomes free and its holds are released, or the promotion is cancelled",
  next: "readiness of both services is observed",
  *observe(context, { pairKey, requestId }, seen) {
    const mayBeFree = seen.ahead === 0 && !seen.holder && !seen.hold;
    const view = mayBeFree
      ? yield* applyToPairEntity(context, pairKey, { kind: "take-turn", requestId, at: timeOf(context) })
      : seen;
    if (view.lease) return { kind: "decided", verdict: view.lease };
    return { kind: "again", detail: whyNot(view), afterMs: LOOK_MS };
  },
};

function whyNot(view: PairView): string {
  const place = view.ahead ? `${view.ahead} ahead in the line` : "first in the line";
  if (view.hold) return `${tellHold(view.hold)}; ${place}`;
  if (view.holder) return `promotion ${view.holder} holds the lease; ${place}`;
  return `waiting for the lease; ${place}`;
}
