import { showTime, type ShownTime } from "../../domain/kernel/time";
import { reachOf, describeEffect } from "../../domain/pair/operator-actions";
import type { PairState } from "../../domain/pair/pair";
import type { ShownReach } from "../../domain/pair/view";
import type { PairPolicy } from "../../domain/policy/policy";
import type { Ports } from "../../ports/ports";

/** By when a hold holds at one pair, in ms and as it is shown. */
export interface HoldReachAt {
  readonly holdsFrom: number;
  readonly timeZone: string;
  readonly shown: ShownReach;
}

/** What a recorded hold means at its pair: in words, from when on nothing is sent, and what was claimed before it. */
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

/** An attempt is claimed under the policy that its promotion was planned with. Nobody who stops the line waits for a promotion record. */
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

/** By when the hold holds at every pair it was set at. */
export function reachOfAll(reaches: readonly HoldReachAt[]): ShownTime | undefined {
  const last = reaches.reduce<HoldReachAt | undefined>(
    (latest, each) => (latest && latest.holdsFrom >= each.holdsFrom ? latest : each),
    undefined,
  );
  return last && showTime(last.holdsFrom, last.timeZone);
}
