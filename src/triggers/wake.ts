import type { Ports } from "../ports/ports";

/** Wakes a promotion from whatever it waits for, to look at what was recorded; a lost wake-up costs it one timer. */
export async function wakeWaiting(
  requestId: string,
  { promotions }: Pick<Ports, "promotions">,
): Promise<void> {
  const waiting = (await promotions.read(requestId))?.waiting;
  if (waiting) await promotions.wake(waiting.instanceId);
}
