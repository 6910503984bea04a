import type { Side } from "../../../src/domain/kernel/swap-request";
import type { Of } from "../world/timeline";

/** Activities that follow a plan. */
const LATER_ACTIVITIES = ["checkRoleState", "attemptSwap"];
/** How long an execution's answer may take without faults: the longest poll of a queue, and more. */
const HEARD_MS = 15_000;
/** A run terminated later than this after an answer has processed it. */
const AT_ONCE_MS = 3_000;

/** Faults that may lose or reorder the answers of planning activities. */
const unclear =
  /planPromotion (runs twice|is late)|two hosts serve|a message (is late|comes twice)|freezes|connection broke/;
/** Faults that may make a read of a plan unusable at any later time, so that it plans again. */
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
 * The side that was read as staging when a request was first planned. The first answer is sometimes unclear: then all
 * sides that were read until the wire shows that a plan was used.
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

/** Nothing failed from shortly before its end until its answer must have arrived. */
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
