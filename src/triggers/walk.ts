import type { Announcer } from "../ports/announcer";
import type { Clock } from "../ports/clock";
import type { Ports } from "../ports/ports";
import { inParallel, describeLeft } from "./in-parallel";

/** Nothing new is begun after that; work under way ends within the minute until the next timer. */
const BUDGET_MS = 30_000;
const AT_ONCE = 8;

/** Handles one item; returns whether it is done. `isOver`: the budget is spent, leave the rest to the next walk. */
export type Step<T> = (item: T, isOver: () => boolean) => Promise<boolean>;

/** Works through a list, a few items at once, within a budget; logs what it did not finish. */
export type Walk = <T extends { readonly name: string }>(
  items: readonly T[],
  step: Step<T>,
  ports: Pick<Ports, "clock" | "log">,
) => Promise<void>;

/**
 * A walk that continues, in this process, where the last one stopped. The first one starts at another item each
 * minute, so that restarts favour none.
 */
export function createWalk(): Walk {
  let next: string | undefined;
  return async (items, step, { clock, log }) => {
    const until = clock.monotonic() + BUDGET_MS;
    const isOver = () => clock.monotonic() >= until;
    const named = items.findIndex(({ name }) => name === next);
    const from = named >= 0 ? named : Math.floor(clock.now() / 60_000) % Math.max(items.length, 1);
    const order = [...items.slice(from), ...items.slice(0, from)];
    const unfinished = new Set<string>();
    await inParallel(order, AT_ONCE, async (item) => {
      if (isOver() || !(await step(item, isOver))) unfinished.add(item.name);
    });
    const left = order.filter(({ name }) => unfinished.has(name)).map(({ name }) => name);
    next = left[0];
    if (left.length > 0)
      log.warn("some pairs were not handled this time", { detail: describeLeft(left, items.length) });
  };
}

/** A broker slower than this is not called again in the same walk. */
const SLOW_MS = 1_000;

/** Nothing was sent: an earlier event of the same walk showed that the broker is slow. */
export class BrokerIsSlow extends Error {}

/** The announcer for one walk: one event at a time, and none after a slow failure. */
export function withPatience(announcer: Announcer, clock: Pick<Clock, "monotonic">): Announcer {
  let before: Promise<unknown> = Promise.resolve();
  let isSlow = false;
  const publish: Announcer["publish"] = async (event, timeoutMs) => {
    if (isSlow) throw new BrokerIsSlow("the broker is slow: this event is left for the next walk");
    const started = clock.monotonic();
    try {
      await announcer.publish(event, timeoutMs);
    } catch (fault) {
      isSlow = clock.monotonic() - started >= SLOW_MS;
      throw fault;
    }
  };
  return {
    publish: (event, timeoutMs) => {
      const mine = before.then(() => publish(event, timeoutMs));
      before = mine.catch(() => undefined);
      return mine;
    },
  };
}
