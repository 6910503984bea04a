/** A clock that only the test moves. Timers and sleepers fire in order of their due times. */
export interface VirtualClock {
  now(): number;
  monotonic(): number;
  setTimer(at: number, fire: () => void): () => void;
  sleep(ms: number): Promise<void>;
  /** How many callers of `sleep` wait. */
  readonly sleepers: number;
  /** When the next timer or sleeper is due, if any. */
  readonly nextDue: number | undefined;
  advanceTo(at: number): void;
}

/** More steps than this without time passing are no progress. */
const MOST_STEPS_AT_ONCE = 200_000;
const CHECKED_AT_EVERY = 1_000;
const LONGEST_REST_S = 60;

/** How long a test may move a clock. */
export interface Patience {
  /** Processor time of this process since the clock was created. */
  readonly processorSeconds: number;
}

/** For loops that wait until everything settles: call it in every round. It throws after a minute of processor time. */
export function mustComeToRest(): () => void {
  const since = process.cpuUsage();
  let rounds = 0;
  return () => {
    if (++rounds % CHECKED_AT_EVERY !== 0) return;
    const seconds = secondsSince(since);
    if (seconds > LONGEST_REST_S)
      throw new Error(`not settled after ${rounds} rounds and ${seconds} s of processor time`);
  };
}

function secondsSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return Math.round((user + system) / 1e6);
}

/** Stops endless loops on a clock. A test's timeout cannot: such loops never yield to it. */
class Watchman {
  readonly #patience: Patience;
  readonly #since = process.cpuUsage();
  #at = NaN;
  #atOnce = 0;
  #steps = 0;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  step(at: number): void {
    this.#atOnce = at === this.#at ? this.#atOnce + 1 : 0;
    this.#at = at;
    if (this.#atOnce > MOST_STEPS_AT_ONCE)
      throw new Error(
        `the virtual clock stands at ${toText(at)} for ${this.#atOnce} steps: something repeats a wait of no time`,
      );
    if (this.#steps++ % CHECKED_AT_EVERY !== 0) return;
    const seconds = secondsSince(this.#since);
    if (seconds > this.#patience.processorSeconds)
      throw new Error(
        `the virtual clock reached ${toText(at)} after ${this.#steps} steps and ${seconds} s of processor time: something waits for ever`,
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

/** `advanceTo` throws after the processor time of `patience`. */
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

/** A binary heap of timers by due time, then by order of creation. Removes cancelled timers lazily. */
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
