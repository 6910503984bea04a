/** Time that runs like real time from another start, and that can jump forward. */
export interface TimeTravel {
  now(): number;
  setTimer(at: number, fire: () => void): () => void;
  /** Jumps forward to `at`; what was due meanwhile is due at once, as after a laptop has slept. */
  jumpTo(at: number): void;
}

interface Armed {
  readonly at: number;
  readonly fire: () => void;
  handle: NodeJS.Timeout;
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Moves this process to the time `start`, permanently: `Date`, and the timers of the returned clock. Call it before
 * the app is loaded, which does not know about it. Only for demos.
 */
export function travelTo(start: number): TimeTravel {
  const real = Date;
  let ahead = start - real.now();
  const now = () => real.now() + ahead;
  globalThis.Date = new Proxy(real, {
    construct: (target, args, self) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, self) as object,
    get: (target, key, self) => (key === "now" ? now : (Reflect.get(target, key, self) as unknown)),
  });
  const armed = new Set<Armed>();
  const arm = (timer: Armed) => {
    clearTimeout(timer.handle);
    const left = Math.min(Math.max(0, timer.at - now()), LONGEST_TIMEOUT_MS);
    timer.handle = setTimeout(() => {
      if (timer.at > now()) arm(timer);
      else if (armed.delete(timer)) timer.fire();
    }, left);
  };
  return {
    now,
    setTimer: (at, fire) => {
      const timer: Armed = { at, fire, handle: setTimeout(() => undefined, 0) };
      armed.add(timer);
      arm(timer);
      return () => {
        armed.delete(timer);
        clearTimeout(timer.handle);
      };
    },
    jumpTo: (at) => {
      ahead += Math.max(0, at - now());
      for (const timer of [...armed].sort((a, b) => a.at - b.at)) arm(timer);
    },
  };
}
