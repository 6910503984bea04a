import type { PairKey } from "../domain/kernel/pair-key";
import type { Ports } from "../ports/ports";

/** Wakes the promotion that is first in a pair's line; a lost wake-up costs it one timer. */
export async function wakeNext(
  input: { readonly pair: string; readonly pairKey: PairKey },
  ports: Ports,
): Promise<void> {
  try {
    const next = (await ports.pairs.read(input.pairKey))?.queue[0];
    const waiting = next && (await ports.promotions.read(next.requestId))?.waiting;
    if (waiting) await ports.promotions.wake(waiting.instanceId);
  } catch (fault) {
    ports.log.warn("the next promotion in the queue could not be woken", { pair: input.pair, fault });
  }
}
