import type { PairKey } from "../domain/kernel/pair-key";
import type { Ports } from "../ports/ports";

/** Wakes the first promotion in a pair's queue. A lost wake-up only delays it until its timer fires. */
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
