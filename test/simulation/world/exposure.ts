import type { Of, Timeline } from "./timeline";

/** How long an unanswered PUT may be under way: the product's timeout for it. */
const ON_ITS_WAY_MS = 60_000;
/** How long an attempt may still send after its reads: the claim window. */
const MAY_SEND_MS = 60_000;

/** Risks that reads cannot detect. */
export type Exposure = "swapped by hand before the write" | "undone by hand before it was seen";

/** Entries before `n` count; `at` is the time of the swap by hand. */
interface Moment {
  readonly n: number;
  readonly at: number;
}

/** Whether reads cannot show a swap by hand of this pair at this time early enough. */
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

/** Swaps by hand in a world that reads could not show early enough, unless its plan has that risk. */
export function exposedSwaps(timeline: Timeline): number {
  return timeline.of("effect").filter((e) => e.put === undefined && exposureOf(timeline, e.pair, e)).length;
}
