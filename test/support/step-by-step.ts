/**
 * What a value that is kept within a room gives up, one step after the other: it is made longer by what nothing
 * shortens, each time by as much as still fits, and then by one character more.
 * @param keep - the value with that many characters more, as it is kept
 * @param sizeOf - what the kept value takes of its room
 * @param tell - what is looked at of it
 */
export function stepByStep<T, Described>(
  budget: number,
  steps: number,
  keep: (longer: number) => T,
  sizeOf: (kept: T) => number,
  report: (kept: T) => Described,
): readonly { readonly full: Described; readonly one: Described }[] {
  let longer = 0;
  return Array.from({ length: steps }, () => {
    longer += budget - sizeOf(keep(longer));
    const full = report(keep(longer));
    longer++;
    return { full, one: report(keep(longer)) };
  });
}
