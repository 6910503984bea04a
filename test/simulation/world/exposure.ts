import type { Of, Timeline } from "./timeline";

/** For how long a PUT without an answer may still be on its way: our timeout for it. */
const ON_ITS_WAY_MS = 60_000;
/** For how long an attempt that has read may still send: the claim window. */
const MAY_SEND_MS = 60_000;

/** What nobody can see who only reads. */
export type Exposure = "swapped by hand before the write" | "undone by hand before it was seen";

/** Entries before `n` count; `at` is when somebody swaps by hand. */
interface Moment {
  readonly n: number;
  readonly at: number;
}

/** Whether a swap by hand of this pair, at this moment, falls where our reads cannot show it in time. */
export function exposureOf(timeline: Timeline, pair: string, moment: Moment): Exposure | undefined {
  const mine = <T extends { readonly pair: string; readonly n: number }>(entries: readonly T[]) =>
    entries.filter((e) => e.pair === pair && e.n < moment.n);
  const puts = mine(timeline.of("put"));
  const reads = mine(timeline.of("read"));
  if (isBetweenReadAndWrite(timeline, puts, reads, moment)) return "swapped by hand before the write";
  const unseen = mine(timeline.of("effect")).some((effect) => {
    const cause = puts.find(({ put }) => put === effect.put);
    return cause !== undefined && !isSettled(timeline, cause.request, effect, reads, moment);
  });
  return unseen ? "undone by hand before it was seen" : undefined;
}

function isBetweenReadAndWrite(
  timeline: Timeline,
  puts: readonly Of<"put">[],
  reads: readonly Of<"read">[],
  { n, at }: Moment,
): boolean {
  const sent = new Set(puts.map((put) => put.execution));
  const mayStillSend = reads.some(
    (e) => e.activity === "attemptSwap" && !sent.has(e.execution) && at - e.at < MAY_SEND_MS,
  );
  const answered = timeline.of("put-over").filter((over) => over.n < n && /^\d+$/.test(over.how));
  const isOnItsWay = puts.some(
    (put) => at - put.at < ON_ITS_WAY_MS && !answered.some((over) => over.put === put.put),
  );
  return mayStillSend || isOnItsWay;
}

/** Whether reads of both services have shown this effect to its promotion, or the promotion is over. */
function isSettled(
  timeline: Timeline,
  request: string,
  effect: Of<"effect">,
  reads: readonly Of<"read">[],
  { n }: Moment,
): boolean {
  const shows = (isProduction: boolean) =>
    reads.some(
      (e) =>
        e.request === request &&
        e.n > effect.n &&
        (e.side === effect.production) === isProduction &&
        e.slot === (isProduction ? "Production" : "Staging") &&
        /^succeeded$/i.test(e.state),
    );
  const isOver = timeline
    .of("published")
    .some((e) => e.type === "promotion.completed" && e.request === request && e.n < n);
  return isOver || (shows(true) && shows(false));
}

/** Swaps by hand of a world that fell where our reads could not show them, unless its plan wanted that. */
export function exposedSwaps(timeline: Timeline): number {
  return timeline.of("effect").filter((e) => e.put === undefined && exposureOf(timeline, e.pair, e)).length;
}
