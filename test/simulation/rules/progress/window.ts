import type { Plan } from "./observed";

const MINUTE = 60_000;
const STEP_MS = 1_000;
/** The longest wait of a world. */
const LONGEST_MS = 4 * 60 * MINUTE;

/** Whether the plan lets a swap start at `at`. */
function isOpen({ window }: Plan, at: number): boolean {
  const { allow, freeze, feed } = window ?? {};
  const isIn = (span: { from: number; to: number } | undefined) =>
    span !== undefined && at >= span.from - STEP_MS && at < span.to;
  const isInWindow = !allow || at % (allow.everyMinutes * MINUTE) < allow.forMs;
  return isInWindow && !isIn(freeze) && !isIn(feed) && (!feed || at >= feed.readableAfter);
}

/** The start of the first span of `forMs` after `from` in which swaps may start; undefined without one. */
export function openFrom(plan: Plan, from: number, forMs: number): number | undefined {
  if (!plan.window) return from;
  let since: number | undefined;
  for (let at = from; at <= from + LONGEST_MS; at += STEP_MS) {
    since = isOpen(plan, at) ? (since ?? at) : undefined;
    if (since !== undefined && at - since >= forMs) return since;
  }
  return undefined;
}
