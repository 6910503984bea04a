/** A small synchronous promise: on microtasks, completion order would not be history order. */
export class Task<T = string | null> {
  #settled = false;
  #error: Error | undefined;
  #value: T | undefined;
  #waiters: (() => void)[] = [];

  get settled(): boolean {
    return this.#settled;
  }
  get error(): Error | undefined {
    return this.#error;
  }
  get value(): T | undefined {
    return this.#value;
  }

  settle(error: Error | undefined, value?: T): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#error = error;
    this.#value = value;
    for (const waiter of this.#waiters.splice(0)) waiter();
  }

  then(waiter: () => void): void {
    if (this.#settled) waiter();
    else this.#waiters.push(waiter);
  }
}

/** Runs a generator that yields tasks; a failed task throws inside it. */
export function runTasks<T>(steps: Generator<Task<unknown>, T, unknown>): Task<T> {
  const result = new Task<T>();
  const step = (resume: () => IteratorResult<Task<unknown>, T>) => {
    let next: IteratorResult<Task<unknown>, T>;
    try {
      next = resume();
    } catch (fault) {
      result.settle(fault instanceof Error ? fault : new Error(String(fault)));
      return;
    }
    if (next.done) {
      result.settle(undefined, next.value);
      return;
    }
    const task = next.value;
    task.then(() => {
      step(() => (task.error ? steps.throw(task.error) : steps.next(task.value)));
    });
  };
  step(() => steps.next());
  return result;
}

export function settledTask(): Task {
  const task = new Task();
  task.settle(undefined, null);
  return task;
}

export function whenAny(tasks: readonly Task[]): Task {
  const any = new Task();
  for (const task of tasks) {
    task.then(() => {
      any.settle(undefined, null);
    });
  }
  return any;
}

export function whenAll(tasks: readonly Task[]): Task {
  const all = new Task();
  let open = tasks.length;
  let error: Error | undefined;
  if (open === 0) all.settle(undefined, null);
  for (const task of tasks) {
    task.then(() => {
      error ??= task.error;
      if (--open === 0) all.settle(error, null);
    });
  }
  return all;
}
