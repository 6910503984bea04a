import { type Code, type Reason, reason as reasonOf } from "../kernel/reason-codes";
import { showTime, type ShownTime } from "../kernel/time";
import type { PairPolicy } from "../policy/policy";
import type { Direction } from "../swap/attempt";
import { emptyPair, type Hold, type PairState } from "./pair";

export function viewPair({ name, key, blue, green, timeZone }: PairPolicy, state: PairState = emptyPair) {
  const time = (ms: number) => showTime(ms, timeZone);
  const { lease, queue, holds, open, registered, released } = state;
  return {
    name,
    key,
    blue,
    green,
    timeZone,
    lease: lease && { holder: lease.holder, epoch: lease.epoch, since: time(lease.since) },
    queue: queue.map(({ requestId, since }) => ({ requestId, since: time(since) })),
    holds: holds.map((hold) => viewHold(hold, timeZone)),
    attemptOpen: open !== undefined,
    underWay: registered.map((entry) => entry.requestId),
    released: released && { ...released, at: time(released.at) },
  };
}

export type ShownHold = ReturnType<typeof viewHold>;

export function viewHold({ id, at, reason: { code, detail }, by, requestId }: Hold, timeZone: string) {
  return { id, since: showTime(at, timeZone), by, reason: reasonOf(code, detail), requestId };
}

/** When a hold takes effect, and the swap call that was claimed before it. */
export interface ShownReach {
  readonly effect: string;
  readonly holdsFrom: ShownTime;
  readonly openAttempt?: {
    readonly requestId: string;
    readonly direction: Direction;
    readonly claimedAt: ShownTime;
    readonly effectUntil: ShownTime;
  };
}

/** The result of setting a hold on one pair. */
export interface ShownPairHold extends Partial<ShownReach> {
  readonly pair: string;
  /** `held`; otherwise the answer of the pair coordinator. */
  readonly state: string;
  /** Absent for a pair that did not answer. */
  readonly holds?: readonly ShownHold[];
}

export interface ShownRelease {
  readonly pair: string;
  readonly by: string;
  readonly note: string;
  readonly at: ShownTime;
  readonly holds: readonly ShownHold[];
}

export interface ShownCancel {
  readonly requestId: string;
  readonly result: CancelResult | "not-acknowledged";
  readonly reason?: Reason;
  readonly links: { readonly self: string };
}

export type CancelResult =
  "cancelled" | Extract<Code, "attempt-open" | "cancel-too-late" | "already-concluded">;
