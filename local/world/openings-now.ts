import type { WorldDescription } from "./world";

/** Whether swaps may start now, by pair, in words; a pair that says nothing of it is always open. */
export type Openings = ReadonlyMap<string, string>;

interface Opening {
  readonly open: boolean;
  readonly nextOpensAt?: { readonly local: string };
}

const MOST_PAIRS = 20;

/** Asks the app of a world that has just come up; what it does not answer is left out. */
export async function lookAtOpenings({
  http,
  pairs,
  tokens,
}: Pick<WorldDescription, "http" | "pairs" | "tokens">): Promise<Openings> {
  const looked = await Promise.all(
    pairs.slice(0, MOST_PAIRS).map(async ({ name }) => {
      const reply = await fetch(`${http}/api/pairs/${name}/opening`, {
        headers: { authorization: `Bearer ${tokens.reader}` },
        signal: AbortSignal.timeout(5_000),
      }).catch(() => undefined);
      if (!reply?.ok) return [];
      return [[name, tell((await reply.json()) as Opening)] as const];
    }),
  );
  return new Map(looked.flat());
}

function tell({ open, nextOpensAt }: Opening): string {
  if (open) return "open";
  return nextOpensAt ? `closed, opens ${nextOpensAt.local}` : "closed";
}
