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

/** So many steps that move no time are no progress. */
const MOST_STEPS_AT_ONCE = 200_000;
const CHECKED_AT_EVERY = 1_000;
const LONGEST_REST_S = 60;

/** How long a clock may be turned. */
export interface Patience {
  /** Of processor time in this process, since the clock was made. */
  readonly processorSeconds: number;
}

/**
 * For loops that let everything come to rest without time passing: call it in every round, and it throws once that took
 * a minute of processor time.
 */
export function mustComeToRest(): () => void {
  const since = process.cpuUsage();
  let rounds = 0;
  return () => {
    if (++rounds % CHECKED_AT_EVERY !== 0) return;
    const seconds = secondsSince(since);
    if (seconds > LONGEST_REST_S)
      throw new Error(`nothing comes to rest after ${rounds} rounds and ${seconds} s of processor time`);
  };
}

function secondsSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return Math.round((user + system) / 1e6);
}

/**
 * Ends what turns a clock for ever: a timer that is due at once again and again, a loop that waits for what never comes. No
 * test's timeout ends those, for they leave no time to anybody else.
 */
class Watchman {
  readonly #patience: Patience;
  readonly #since = process.cpuUsage();
  #at = NaN;
  #atOnce = 0;
  #steps = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** One more step, at this time of the clock. */
  step(at: number): void {
    this.#atOnce = at === this.#at ? this.#atOnce + 1 : 0;
    this.#at = at;
    if (this.#atOnce > MOST_STEPS_AT_ONCE)
      throw new Error(
        `the virtual clock stands at ${toText(at)} for ${this.#atOnce} steps: something waits again and again for no time at all`,
      );
    if (this.#steps++ % CHECKED_AT_EVERY !== 0) return;
    const seconds = secondsSince(this.#since);
    if (seconds > this.#patience.processorSeconds)
      throw new Error(
        `a virtual clock was turned to ${toText(at)} in ${this.#steps} steps and ${seconds} s of processor time: what waits for it comes to no end`,
      );
  }
}

function toText(at: number): string {
  return Number.isFinite(at) ? new Date(at).toISOString() : String(at);
}

interface Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

/** `patience`: after that much work `advanceTo` throws and says so. */
export function createVirtualClock(
  start = Date.parse("2026-01-01T00:00:00Z"),
  patience: Patience = { processorSeconds: 120 },
): VirtualClock {
  let now = start;
  const watchman = new Watchman(patience);
  let count = 0;
  let sleepers = 0;
  const timers = new TimerQueue();
  const setTimer = (at: number, fire: () => void) => {
    const timer: Timer = { at, order: count++, fire };
    timers.push(timer);
    return () => {
      timer.fire = undefined;
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
      return timers.first()?.at;
    },
    advanceTo(at) {
      watchman.step(now);
      for (let due = timers.first(); due && due.at <= at; due = timers.first()) {
        timers.shift();
        now = Math.max(now, due.at);
        watchman.step(now);
        due.fire?.();
      }
      now = Math.max(now, at);
    },
  };
}

/** Timers by due time, then by the order in which they were set: a binary heap that forgets cancelled ones late. */
class TimerQueue {
  readonly #heap: Timer[] = [];

  push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(heap[at]!, heap[parent]!)) break;
      [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
      at = parent;
    }
  }

  first(): Timer | undefined {
    while (this.#heap.length > 0 && !this.#heap[0]!.fire) this.shift();
    return this.#heap[0];
  }

  shift(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (heap.length === 0 || !last) return;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
