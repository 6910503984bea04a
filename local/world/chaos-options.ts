import { parseArgs } from "node:util";

/** The options of `npm run chaos`. */
export interface ChaosOptions {
  readonly kills: number;
  readonly seed: number;
  readonly json: boolean;
}

export const chaosUsage = `Usage: npm run chaos -- [options]
  --kills N   kill parts of the world N times (default: 10)
  --seed N    which part, when and how; printed, and chosen by the clock when left out
  --json      print one JSON line at the end, and nothing else on standard output`;

/** Parses the command line; returns all errors if there are any. */
export function parseChaosOptions(
  args: readonly string[],
  clockSeed: number,
): { options: ChaosOptions } | { issues: string[] } {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        kills: { type: "string", default: "10" },
        seed: { type: "string", default: String(clockSeed) },
        json: { type: "boolean", default: false },
      },
    }));
  } catch (fault) {
    return { issues: [(fault as Error).message] };
  }
  const { kills, seed, json } = values;
  const issues = [
    ...(isWhole(kills, 1, 10_000) ? [] : [`--kills: a whole number from 1 to 10000, not "${kills}"`]),
    ...(isWhole(seed, 0, 2 ** 32 - 1)
      ? []
      : [`--seed: a whole number from 0 to ${2 ** 32 - 1}, not "${seed}"`]),
  ];
  return issues.length > 0 ? { issues } : { options: { kills: Number(kills), seed: Number(seed), json } };
}

function isWhole(text: string, min: number, max: number): boolean {
  return /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
}
