import { showTime, type ShownTime } from "../../domain/kernel/time";
import { reachOf, describeEffect } from "../../domain/pair/operator-actions";
import type { PairState } from "../../domain/pair/pair";
import type { ShownReach } from "../../domain/pair/view";
import type { PairPolicy } from "../../domain/policy/policy";
import type { Ports } from "../../ports/ports";

/** From when a hold is effective at one pair: milliseconds, and as shown. */
export interface HoldReachAt {
  readonly holdsFrom: number;
  readonly timeZone: string;
  readonly shown: ShownReach;
}

/**
 * What a recorded hold means at its pair: its effect, from when nothing is sent, and the swap call claimed before
 * it.
 */
export async function showReach(policy: PairPolicy, state: PairState, ports: Ports): Promise<HoldReachAt> {
  const { timeZone } = policy;
  const swap = (await swapTimesOf(state, ports)) ?? policy.swap;
  const { holdsFrom, attempt } = reachOf(state, swap, ports.clock.now());
  const time = (at: number) => showTime(at, timeZone);
  const openAttempt = attempt && {
    requestId: attempt.requestId,
    direction: attempt.direction,
    claimedAt: time(attempt.claimedAt),
    effectUntil: time(attempt.effectUntil),
  };
  return {
    holdsFrom,
    timeZone,
    shown: { effect: describeEffect(state), holdsFrom: time(holdsFrom), openAttempt },
  };
}

/**
 * The timeouts under which the open attempt was claimed: those of its promotion's plan. A failed read does not fail
 * the hold.
 */
async function swapTimesOf({ open }: PairState, ports: Ports): Promise<PairPolicy["swap"] | undefined> {
  if (!open) return undefined;
  try {
    return (await ports.promotions.read(open.requestId))?.plan?.policy.swap;
  } catch (fault) {
    ports.log.warn("an attempt's policy could not be read", {
      requestId: open.requestId,
      fault,
    });
    return undefined;
  }
}

/** From when the hold is effective at every pair it was set at. */
export function reachOfAll(reaches: readonly HoldReachAt[]): ShownTime | undefined {
  const last = reaches.reduce<HoldReachAt | undefined>(
    (latest, each) => (latest && latest.holdsFrom >= each.holdsFrom ? latest : each),
    undefined,
  );
  return last && showTime(last.holdsFrom, last.timeZone);
}
