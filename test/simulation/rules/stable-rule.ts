import type { WorldPlan } from "../plans/world-plan";
import { clockErrorOf } from "../world/clocks";
import type { Of } from "../world/timeline";
import type { Put } from "./coverage";
import type { History } from "./history";

/** A gap of more than three polls interrupts the observations. */
const LONGEST_GAP_MS = 90_000;

/** Faults that make the wire differ from what the product observed. */
const unclear =
  /freezes|stands still|(checkRoleState|announceProgress) runs twice|two hosts serve|is terminated by hand/;

/**
 * Since the pair's last PUT, by any sender, the wire has shown each service continuously ready for stableFor. Not
 * judged with repeated checks, frozen hosts, wrong clocks or a terminated run, whose wait continues beside the next
 * one.
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
 * Its host died while it reported the check, so the next one may have had to check again; or it repeats such a check,
 * whose result may have arrived before.
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
