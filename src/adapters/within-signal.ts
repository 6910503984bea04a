/** Ends when the signal says so, whatever the work does: a sign-in under way does not heed a request's signal. */
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
