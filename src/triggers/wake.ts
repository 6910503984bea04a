import type { Ports } from "../ports/ports";

/** Wakes a promotion to read what was recorded. A lost wake-up costs one timer. */
export async function wakeWaiting(
  requestId: string,
  { promotions }: Pick<Ports, "promotions">,
): Promise<void> {
  const waiting = (await promotions.read(requestId))?.waiting;
  if (waiting) await promotions.wake(waiting.instanceId);
}
