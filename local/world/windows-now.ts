import type { WorldDescription } from "./world";

/** Whether swaps may start now, by pair, as text. A pair without a deployment window is always open. */
export type DeploymentWindows = ReadonlyMap<string, string>;

interface DeploymentWindow {
  readonly open: boolean;
  readonly reasons?: readonly { readonly code: string }[];
  readonly nextOpensAt?: { readonly local: string };
}

const MOST_PAIRS = 20;

/** Reads the deployment windows from the app of a new world; leaves out pairs without an answer. */
export async function checkWindows({
  http,
  pairs,
  tokens,
}: Pick<WorldDescription, "http" | "pairs" | "tokens">): Promise<DeploymentWindows> {
  const checked = await Promise.all(
    pairs.slice(0, MOST_PAIRS).map(async ({ name }) => {
      const reply = await fetch(`${http}/api/pairs/${name}/window`, {
        headers: { authorization: `Bearer ${tokens.reader}` },
        signal: AbortSignal.timeout(5_000),
      }).catch(() => undefined);
      if (!reply?.ok) return [];
      return [[name, describeWindow((await reply.json()) as DeploymentWindow)] as const];
    }),
  );
  return new Map(checked.flat());
}

/** The app's answer about a deployment window, as text. */
export function describeWindow({ open, reasons = [], nextOpensAt }: DeploymentWindow): string {
  if (open) return "open";
  const why = reasons.map(({ code }) => code).join(", ");
  return `closed (${why})${nextOpensAt ? `, opens ${nextOpensAt.local}` : ""}`;
}
