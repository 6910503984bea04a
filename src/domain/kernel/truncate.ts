/** What takes more than itself in JSON: quotes, backslashes, control characters, halves of surrogate pairs. */
const escaped = /["\\\p{Cc}\p{Cs}]/u;

/** Characters that one takes in JSON that stands inside JSON, as the text of an event inside a state does. */
function costOf(char: string): number {
  if (!escaped.test(char)) return char.length;
  return char === '"' || char === "\\" ? 4 : 7;
}

/**
 * A text as it is kept: it takes at most `capacity` characters, escaped twice as well, and a cut is marked. A bound on
 * characters alone would be none: a text of quotes is four times as long inside the event inside the state.
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

/** Keeps the first quarter and the newest of a list; what follows the gap says how many are missing before it. */
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

/** Takes one step after the other, each of which gives up a little more, until a value is small enough. */
export function shrink<T>(value: T, steps: readonly ((value: T) => T)[], isSmall: (value: T) => boolean): T {
  let small = value;
  for (const step of steps) {
    if (isSmall(small)) break;
    small = step(small);
  }
  return small;
}
