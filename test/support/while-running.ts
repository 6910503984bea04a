import type { DurableApp } from "./durable-app";

/** Calls under way at an app, and when the last of them began, in real time. */
interface UnderWay {
  readonly calls: Set<symbol>;
  begunAt: number;
}

const underWay = new WeakMap<DurableApp, UnderWay>();
/** So long are calls that come at once given to arrive before time passes: tokens are verified in real time. */
const ARRIVAL_MS = 250;

/**
 * A call that waits for durable work (and virtual sleeps) to go on. Of several at once only the first turns the clock: were
 * each to do so, time would pass as many times as fast.
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
