import { describeHold } from "../../domain/pair/operator-actions";
import type { PairView } from "../../domain/pair/pair";
import { applyToPairEntity, timeOf } from "../calls";
import type { Wait } from "./waits";

const CHECK_MS = 60_000;

/** Takes the pair's lease as soon as this promotion is first in the queue and no hold is on. */
export const queue: Wait<"queue"> = {
  cancellable: true,
  checksWhenWoken: true,
  endsWith: "the pair's lease becomes free and its holds are released, or the promotion is cancelled",
  next: "readiness of both services is observed",
  *observe(context, { pairKey, requestId }, seen) {
    const mayBeFree = seen.ahead === 0 && !seen.holder && !seen.hold;
    const view = mayBeFree
      ? yield* applyToPairEntity(context, pairKey, { kind: "acquire-lease", requestId, at: timeOf(context) })
      : seen;
    if (view.lease) return { kind: "decided", verdict: view.lease };
    return { kind: "again", detail: whyNot(view), afterMs: CHECK_MS };
  },
};

function whyNot(view: PairView): string {
  const place = view.ahead ? `${view.ahead} ahead in the queue` : "first in the queue";
  if (view.hold) return `${describeHold(view.hold)}; ${place}`;
  if (view.holder) return `promotion ${view.holder} holds the lease; ${place}`;
  return `waiting for the lease; ${place}`;
}
