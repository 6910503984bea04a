import type { DurableApp } from "./durable-app";

/** The calls under way at an app, and when the last one began in real time. */
interface UnderWay {
  readonly calls: Set<symbol>;
  begunAt: number;
}

const underWay = new WeakMap<DurableApp, UnderWay>();
/** How long parallel calls may take to arrive before time passes. Tokens are verified in real time. */
const ARRIVAL_MS = 250;

/**
 * Moves the clock while a call waits for durable work and virtual sleeps. Of parallel calls only the first does so:
 * otherwise time would pass several times as fast.
 */
export async function whileRunning<T>(app: DurableApp, pending: Promise<T>): Promise<T> {
  const own = Symbol("call");
  const all = underWay.get(app) ?? { calls: new Set<symbol>(), begunAt: 0 };
  underWay.set(app, all);
  all.calls.add(own);
  all.begunAt = Date.now();
  void pending.finally(() => all.calls.delete(own));
  const giveUp = Date.now() + 45_000;
  while (all.calls.has(own)) {
    if (Date.now() > giveUp) {
      all.calls.delete(own);
      throw new Error(`a call did not end: ${app.logged.slice(-5).join(" | ")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
    const [first] = all.calls;
    const isArriving = all.calls.size > 1 && Date.now() - all.begunAt < ARRIVAL_MS;
    if (first !== own || isArriving) continue;
    const due = app.clock.nextDue;
    if (app.clock.sleepers > 0 && due !== undefined && due - app.clock.now() <= 1_000)
      app.clock.advanceTo(due);
  }
  return pending;
}
