/** Time that only moves when a test says so; timers and sleepers fire in order of their due times. */
export interface VirtualClock {
  now(): number;
  monotonic(): number;
  setTimer(at: number, fire: () => void): () => void;
  sleep(ms: number): Promise<void>;
  /** How many sleep: activities that wait for time and nothing else. */
  readonly sleepers: number;
  /** When the next timer or sleeper is due; undefined when nothing waits. */
  readonly nextDue: number | undefined;
  advanceTo(at: number): void;
}

export function createVirtualClock(start = Date.parse("2026-01-01T00:00:00Z")): VirtualClock {
  let now = start;
  let count = 0;
  let sleepers = 0;
  const timers = new Map<number, { at: number; fire: () => void }>();
  const next = () => [...timers.entries()].sort(([a, x], [b, y]) => x.at - y.at || a - b)[0];
  const setTimer = (at: number, fire: () => void) => {
    const id = count++;
    timers.set(id, { at, fire });
    return () => {
      timers.delete(id);
    };
  };
  return {
    now: () => now,
    monotonic: () => now - start,
    setTimer,
    sleep: (ms) =>
      new Promise((resolve) => {
        sleepers++;
        setTimer(now + ms, () => {
          sleepers--;
          resolve();
        });
      }),
    get sleepers() {
      return sleepers;
    },
    get nextDue() {
      return next()?.[1].at;
    },
    advanceTo(at) {
      for (let due = next(); due && due[1].at <= at; due = next()) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].fire();
      }
      now = Math.max(now, at);
    },
  };
}
