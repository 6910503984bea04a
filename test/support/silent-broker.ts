import type { Announcer } from "../../src/ports/announcer";
import { createFakePorts, type FakePorts } from "./fake-ports";
import { aPolicy } from "./observations";
import { createVirtualClock, type VirtualClock } from "./virtual-clock";

/** Ports of many pairs, with a broker that accepts connections and never answers, on a shared virtual clock. */
export interface SilentWorld {
  readonly ports: FakePorts;
  readonly clock: VirtualClock;
  /** Events sent to the broker; `mostAtOnce` is the greatest number at one time. */
  readonly given: string[];
  readonly mostAtOnce: () => number;
  /** Log lines with level and detail. */
  readonly logged: string[];
  /** From now on the broker answers at once. */
  heals(): void;
  /** Runs work to its end and measures it in virtual milliseconds. */
  time<T>(work: Promise<T>): Promise<{ readonly result: T; readonly tookMs: number }>;
}

export function createSilentWorld(pairs: number): SilentWorld {
  const fake = createFakePorts(
    Array.from({ length: pairs }, (_, i) => aPolicy({ name: `pair-${String(i).padStart(3, "0")}` })),
  );
  const clock = createVirtualClock();
  const given: string[] = [];
  const logged: string[] = [];
  let [atOnce, mostAtOnce, isSilent] = [0, 0, true];
  const announcer: Announcer = {
    publish: async (event, timeoutMs = 20_000) => {
      given.push(event);
      if (!isSilent) return void fake.published.push(event);
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      await clock.sleep(timeoutMs);
      atOnce--;
      throw new Error("the broker did not answer");
    },
  };
  const line = (level: string) => (message: string, fields?: { readonly detail?: string }) =>
    void logged.push(`${level} ${message} ${fields?.detail ?? ""}`);
  const log = { info: line("info"), warn: line("warn"), error: line("error"), alert: line("alert") };
  return {
    ports: Object.assign(fake, { announcer, log, clock }),
    clock,
    given,
    mostAtOnce: () => mostAtOnce,
    logged,
    heals: () => {
      isSilent = false;
    },
    async time(work) {
      const began = clock.now();
      let isDone = false;
      const settled = work.finally(() => {
        isDone = true;
      });
      settled.catch(() => undefined);
      while (!isDone) {
        await new Promise(setImmediate);
        if (!isDone && clock.nextDue !== undefined) clock.advanceTo(clock.nextDue);
      }
      return { result: await settled, tookMs: clock.now() - began };
    },
  };
}
