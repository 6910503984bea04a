const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** Real time for every part of the world. */
export const systemClock = {
  now: (): number => Date.now(),
  setTimer(at: number, fire: () => void): () => void {
    let handle: NodeJS.Timeout;
    const arm = () => {
      const left = at - Date.now();
      handle = setTimeout(
        left > LONGEST_TIMEOUT_MS ? arm : fire,
        Math.min(Math.max(left, 0), LONGEST_TIMEOUT_MS),
      );
    };
    arm();
    return () => {
      clearTimeout(handle);
    };
  },
};
