/** Works through the items in order, at most so many at once; rejects with the first fault. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}

const NAMES_SHOWN = 20;

/** The items left out, for the log. */
export function describeLeft(left: readonly string[], all: number): string {
  const more = left.length > NAMES_SHOWN ? ", …" : "";
  return `${left.length} of ${all}: ${left.slice(0, NAMES_SHOWN).join(", ")}${more}`;
}
