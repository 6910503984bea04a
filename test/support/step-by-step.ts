/**
 * Shows what a value omits to stay within its size budget. Each step fills the budget, then adds one character.
 * @param keep - the stored value with that many more characters
 * @param sizeOf - the size of the stored value
 * @param report - the part of the stored value to compare
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
