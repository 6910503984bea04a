/** The name that was probably meant: at most a third of its letters differ. Undefined when none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, steps: name.startsWith(given) && given !== "" ? 0 : stepsBetween(given, name) }))
    .sort((a, b) => a.steps - b.steps);
  const [best] = ranked;
  return best && best.steps <= Math.ceil(best.name.length / 3) ? best.name : undefined;
}

/** The number of letters to add, remove or replace to get from one text to the other (Levenshtein). */
function stepsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, exchanged));
    }
  }
  return row[b.length] ?? 0;
}
