import type { WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import type { Of } from "../world/timeline";
import type { Put } from "./coverage";
import type { History } from "./history";

/** A gap of more than three polls breaks a row of observations. */
const LONGEST_GAP_MS = 90_000;

/** What makes that which went over the wire something else than what was looked at. */
const unclear =
  /freezes|stands still|(checkRoleState|announceProgress) runs twice|two hosts serve|is terminated by hand/;

/**
 * Since the pair's last PUT, whoever sent it, the wire has shown each service ready in an unbroken row for stableFor.
 * Not judged where looks came twice, hosts froze, clocks were wrong or a run was terminated by hand, whose wait goes on
 * looking beside that of the next.
 */
export function stable(history: History, put: Put, plan: WorldPlan): string | true | undefined {
  const { stableForMs } = plan;
  if (clockErrorOf(plan) > 0 || history.faults.some((e) => e.n < put.n && unclear.test(e.what)))
    return undefined;
  const since = Math.max(
    -1,
    ...history.puts.filter((e) => e.pair === put.pair && e.n < put.n).map((e) => e.n),
  );
  const short = history.sidesToRun(put).flatMap((side) => {
    const own = history.lists.filter(
      (e) => e.activity === "checkRoleState" && e.request === put.request && e.side === side && e.n < put.n,
    );
    const checks = own.filter(
      (e, i) => e.n > since && !(e.unready !== undefined && mayBeLost(history, e, own[i - 1])),
    );
    const ms = longestRow(checks);
    return ms < stableForMs ? [`${side} for ${ms / 1000} s`] : [];
  });
  return short.length === 0 || `although ready was seen only of ${short.join(" and ")}`;
}

/**
 * Its host died in the moment in which it passed on what it saw, and the next one may have had to look anew; or it is
 * the first look that repeats one of those, of which somebody may have heard before.
 */
function mayBeLost({ hosts }: History, check: Of<"listed">, before: Of<"listed"> | undefined): boolean {
  return [check, before].some((e) => e && hosts.some((host) => diedLooking(host, e)));
}

function diedLooking({ host, at, n, what }: Of<"host">, check: Of<"listed">): boolean {
  return (
    host === check.host &&
    at === check.at &&
    n > check.n &&
    what.startsWith("dies at: activity checkRoleState")
  );
}

function longestRow(checks: readonly Of<"listed">[]): number {
  let longest = 0;
  let began: number | undefined;
  let last = 0;
  for (const { at, unready } of checks) {
    if (unready !== undefined) began = undefined;
    else {
      if (began === undefined || at - last > LONGEST_GAP_MS) began = at;
      longest = Math.max(longest, at - began);
      last = at;
    }
  }
  return longest;
}
