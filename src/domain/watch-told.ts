import type { PromotionState } from "./promotion";

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
