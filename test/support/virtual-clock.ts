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

interface Timer {
  readonly at: number;
  readonly order: number;
  fire: (() => void) | undefined;
}

export function createVirtualClock(start = Date.parse("2026-01-01T00:00:00Z")): VirtualClock {
  let now = start;
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
      for (let due = timers.first(); due && due.at <= at; due = timers.first()) {
        timers.shift();
        now = Math.max(now, due.at);
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
