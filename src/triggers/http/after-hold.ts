import type { ChainHead } from "../../domain/audit/chain";
import type { Hold, PairState } from "../../domain/pair/pair";
import type { PairPolicy } from "../../domain/policy/policy";
import { composeHoldNews } from "../../domain/promotion/completion-event";
import type { Ports } from "../../ports/ports";
import { inParallel, describeLeft } from "../in-parallel";
import { wakeWaiting } from "../wake";

/** News of one hold that was set or released. */
export interface HoldNews {
  readonly pair: PairPolicy;
  readonly hold: Hold;
  readonly step: "hold-set" | "hold-released";
  readonly detail: string;
  readonly audit: ChainHead | undefined;
}

/** A recorded change at a pair: whom it wakes, and what is announced. */
export interface Recorded {
  readonly state: PairState;
  readonly news: readonly HoldNews[];
}

/**
 * For all pairs together. A caller who stops swaps does not wait for a broker, and the host may stop once it has
 * replied.
 */
const BUDGET_MS = 1_500;
const AT_ONCE = 16;

/**
 * Wakes the promotions that wait at the pairs and announces the news, within the budget. The log names what was
 * left out.
 */
export async function wakeAndAnnounce(recorded: readonly Recorded[], ports: Ports): Promise<void> {
  const until = ports.clock.monotonic() + BUDGET_MS;
  const sleepers = recorded.flatMap(({ state: { lease, queue: line } }) => [
    ...(lease ? [lease.holder] : []),
    ...line.map((entry) => entry.requestId),
  ]);
  const wake = (requestId: string) => wakeWaiting(requestId, ports);
  const describe = async ({ pair, hold, step, detail, audit }: HoldNews, leftMs: number) => {
    const event = composeHoldNews(pair, hold, step, detail, { at: ports.clock.now(), audit });
    await ports.announcer.publish(JSON.stringify(event), leftMs);
  };
  const news = recorded.flatMap((each) => each.news);
  const [unwoken, untold] = await Promise.all([
    asFarAsItGoes(sleepers, until, wake, ports),
    asFarAsItGoes(news, until, describe, ports),
  ]);
  // The change is stored already: a promotion that is not woken wakes by its own timer.
  if (unwoken.left.length > 0)
    ports.log.warn("promotions were not woken", {
      detail: describeLeft(unwoken.left, sleepers.length),
      fault: unwoken.fault,
    });
  if (untold.left.length > 0)
    ports.log.warn("progress events of holds were lost", {
      detail: describeLeft(
        untold.left.map(({ pair }) => pair.name),
        news.length,
      ),
      fault: untold.fault,
    });
}

async function asFarAsItGoes<T>(
  items: readonly T[],
  until: number,
  step: (item: T, leftMs: number) => Promise<void>,
  { clock }: Pick<Ports, "clock">,
): Promise<{ readonly left: readonly T[]; readonly fault: unknown }> {
  const left: T[] = [];
  let fault: unknown;
  await inParallel(items, AT_ONCE, async (item) => {
    const leftMs = until - clock.monotonic();
    if (leftMs <= 0) return void left.push(item);
    await step(item, leftMs).catch((thrown: unknown) => {
      left.push(item);
      fault ??= thrown;
    });
  });
  return { left, fault };
}
