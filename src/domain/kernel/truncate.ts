/** Characters that JSON escapes. */
const escaped = /["\\\p{Cc}\p{Cs}]/u;

/** The length of a character in JSON inside JSON, such as the text of an event inside a state. */
function costOf(char: string): number {
  if (!escaped.test(char)) return char.length;
  return char === '"' || char === "\\" ? 4 : 7;
}

/**
 * Cuts a text to at most `budget` characters, counted as escaped twice, and marks the cut. Counting plain characters is
 * not enough: a text of quotes is four times as long in an event inside a state.
 */
export function truncate(text: string, budget: number): string {
  let cost = 0;
  let end = 0;
  for (const char of text) {
    cost += costOf(char);
    if (cost > budget) return `${text.slice(0, end)}…`;
    if (cost < budget) end += char.length;
  }
  return text;
}

/** Keeps the first quarter and the newest of a list. The entry after the gap counts the omitted ones. */
export function truncateList<T extends { readonly omitted?: number }>(
  list: readonly T[],
  most: number,
): readonly T[] {
  const head = Math.floor(most / 4);
  const from = list.length - (most - head);
  const next = list[from];
  if (list.length <= most || !next) return list;
  const gone = list.slice(head, from).reduce((sum, { omitted = 0 }) => sum + 1 + omitted, 0);
  return [...list.slice(0, head), { ...next, omitted: gone + (next.omitted ?? 0) }, ...list.slice(from + 1)];
}

/** Applies steps in order, each dropping a little more, until the value is small enough. */
export function shrink<T>(value: T, steps: readonly ((value: T) => T)[], isSmall: (value: T) => boolean): T {
  let small = value;
  for (const step of steps) {
    if (isSmall(small)) break;
    small = step(small);
  }
  return small;
}
