import { toTime } from "./events";
import type { PromotionState } from "./promotion";

/** What was tried, in the order it was. */
export function tellAttempts({ attempts }: Pick<PromotionState, "attempts">) {
  return attempts.map(({ n, at, act, verdict, correlationId, omitted }) => {
    return { n, at: toTime(at), act, verdict, correlationId, omitted };
  });
}

/** What was measured after a swap, and why it was swapped back, with times as the reader wants them. */
export function tellWatch<Time>(
  { soak, swapBack }: Pick<PromotionState, "soak" | "swapBack">,
  time: (ms: number) => Time,
) {
  return {
    soak: soak && { ...soak, since: time(soak.since), until: time(soak.until) },
    swapBack: swapBack && { ...swapBack, at: time(swapBack.at) },
  };
}
