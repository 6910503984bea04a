import type { Harm } from "./chaos-harm";
import type { Verdict } from "./chaos-verdict";

/** The result of a run. */
interface Run {
  readonly seed: number;
  readonly harm: Harm;
  /** How often a request was sent again. */
  readonly duplicates: number;
  readonly verdict: Verdict;
  readonly seconds: number;
}

/** The table at the end, for people. */
export function tableOf({ harm, duplicates, verdict, seconds }: Run): string {
  const { accounts } = verdict;
  const { app, broker, "Resource Manager": resourceManager } = harm.kills;
  const outcomes = [...new Set(accounts.map(({ outcome }) => outcome ?? "none"))].sort();
  const rows: [string, string][] = [
    ["kills of the app", String(app)],
    ["kills of the broker", String(broker)],
    ["kills of Resource Manager", String(resourceManager)],
    ["torn logs", `${harm.tornTails}, of which ${harm.tailsCut} were cut as the store advised`],
    ["full disks", String(harm.fullDisks)],
    ["requests", `${accounts.length}, and ${duplicates} sent again`],
    ...outcomes.map((outcome): [string, string] => [`  ${outcome}`, outcomeLine(outcome, verdict)]),
    ["effective swaps", `${verdict.effectiveSwaps}, at most ${mostSwaps(verdict)} per request`],
    ["completion event ids", String(verdict.completionEventIds)],
    ["lost requests", String(verdict.lost)],
    ["violations", String(verdict.violations.length)],
    ["duration", `${Math.round(seconds)} s`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(28)}${value}`).join("\n");
}

/** The last line, for programs. */
export function summaryOf({ seed, harm, duplicates, verdict, seconds }: Run): object {
  const { app, broker, "Resource Manager": resourceManager } = harm.kills;
  const outcomes: Record<string, number> = {};
  for (const { outcome = "none" } of verdict.accounts) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    seed,
    kills: app + broker + resourceManager,
    killsOf: { app, broker, resourceManager },
    tornTails: harm.tornTails,
    tailsCut: harm.tailsCut,
    fullDisks: harm.fullDisks,
    requests: verdict.accounts.length,
    duplicates,
    outcomes,
    effectiveSwaps: verdict.effectiveSwaps,
    mostSwapsPerRequest: mostSwaps(verdict),
    completionEventIds: verdict.completionEventIds,
    lost: verdict.lost,
    violations: verdict.violations.length,
    seconds: Math.round(seconds),
  };
}

function outcomeLine(outcome: string, { accounts }: Verdict): string {
  const own = accounts.filter((account) => (account.outcome ?? "none") === outcome);
  const swaps = [...new Set(own.map((account) => account.swaps))].sort();
  return `${own.length}, effective swaps of each: ${swaps.join(" or ")}`;
}

function mostSwaps({ accounts }: Verdict): number {
  return Math.max(0, ...accounts.map(({ swaps }) => swaps));
}
