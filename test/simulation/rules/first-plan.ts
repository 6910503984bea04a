import type { Side } from "../../../src/domain/kernel/swap-request";
import type { Of } from "../world/timeline";

/** Beyond planning: whoever does this has heard of a plan. */
const LATER_ACTIVITIES = ["checkRoleState", "attemptSwap"];
/** How long an execution's answer may be under way where nothing goes wrong: the longest poll of a queue, and more. */
const HEARD_MS = 15_000;
/** Whoever is terminated by hand later than this after an answer has taken it in. */
const AT_ONCE_MS = 3_000;

/** What may have kept the answer of a planning activity from being heard, or brought another one's first. */
const unclear =
  /planPromotion (runs twice|is late)|two hosts serve|a message (is late|comes twice)|freezes|connection broke/;
/** What may keep one of a plan's reads from being understood, at any later time: then it plans nothing, and reads again. */
const disturbing = /"method":"GET"/;

/** The part of the history that shows which plan came first. */
interface Wire {
  readonly reads: readonly Of<"read">[];
  readonly lists: readonly Of<"listed">[];
  readonly faults: readonly Of<"fault">[];
  readonly hosts: readonly Of<"host">[];
  readonly lastAt: number;
}

/**
 * The side that read as staging on the wire when a request was planned first. Whose answer was the first to be heard
 * cannot always be seen: then it is any of those that were read until the wire shows that one of them was.
 */
export function stagingWhenPlanned(wire: Wire, request: string): readonly Side[] {
  const plans = executionsOf(wire, request);
  const went = [...wire.lists, ...wire.reads].find(
    (e) => e.request === request && LATER_ACTIVITIES.includes(e.activity),
  );
  const sides: Side[] = [];
  for (const plan of plans) {
    if (went && plan.n > went.n && sides.length > 0) break;
    sides.push(plan.staging);
    if (wasHeard(wire, plan)) break;
  }
  return sides;
}

interface Planned {
  readonly n: number;
  readonly at: number;
  readonly staging: Side;
}

/** Executions of planning that read both services, one of them in staging, in order. */
function executionsOf(wire: Wire, request: string): Planned[] {
  const byExecution = new Map<string, Of<"read">[]>();
  for (const read of wire.reads) {
    if (read.request !== request || read.activity !== "planPromotion") continue;
    byExecution.set(read.execution, [...(byExecution.get(read.execution) ?? []), read]);
  }
  return [...byExecution.values()].flatMap((reads): Planned[] => {
    const last = reads.at(-1);
    const slotOf = (side: Side) => reads.filter((e) => e.side === side).at(-1)?.slot;
    const [blue, green] = [slotOf("blue"), slotOf("green")];
    if (!last || !blue || !green) return [];
    if (blue === "Staging" && green === "Production") return [{ n: last.n, at: last.at, staging: "blue" }];
    if (green === "Staging" && blue === "Production") return [{ n: last.n, at: last.at, staging: "green" }];
    return [];
  });
}

/** Nothing went wrong from shortly before its end until its answer must have come. */
function wasHeard(wire: Wire, { at }: Planned): boolean {
  const isNear = (e: { readonly at: number }) => e.at >= at - HEARD_MS && e.at <= at + HEARD_MS;
  const hasTrouble = wire.faults.some((e) => unclear.test(e.what) && isNear(e));
  const isUnread = wire.faults.some((e) => disturbing.test(e.what) && e.at <= at);
  const isCutShort = wire.faults.some(
    (e) => /is terminated by hand/.test(e.what) && e.at >= at && e.at < at + AT_ONCE_MS,
  );
  const isAlone = !wire.hosts.some((e) => isNear(e) && !e.what.startsWith("up"));
  return !hasTrouble && !isUnread && !isCutShort && isAlone && wire.lastAt > at + HEARD_MS;
}
