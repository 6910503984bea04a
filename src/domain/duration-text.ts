const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** A duration of whole seconds as files and requests write it, in the largest unit that divides it: 120000 is "2m". */
export function durationText(ms: number): string {
  const [unit, size] = units.find(([, each]) => ms !== 0 && ms % each === 0) ?? ["s", 1_000];
  return `${ms / size}${unit}`;
}
