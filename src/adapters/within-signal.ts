/** Rejects when the signal aborts, even if the work ignores the signal, as a sign-in in progress does. */
export function withinSignal<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      reject(timedOut());
    };
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    void work.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", end);
    });
  });
}

export function timedOut(): Error {
  return Object.assign(new Error("no reply in time"), { name: "TimeoutError" });
}
