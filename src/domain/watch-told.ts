import { toldVerdict } from "./attempt-told";
import type { PromotionState } from "./promotion";

/** What was tried, in the order it was, with times as the reader wants them. */
export function tellAttempts<Time>(
  { attempts }: Pick<PromotionState, "attempts">,
  time: (ms: number) => Time,
) {
  return attempts.map(({ n, at, act, verdict, evidence, omitted }) => {
    return { n, at: time(at), act, verdict: toldVerdict(verdict), evidence, omitted };
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
