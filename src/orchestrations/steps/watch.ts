import { halted } from "../../domain/after-attempt";
import type { Ending } from "../../domain/completion-event";
import type { SwapBackOrder } from "../../domain/pair";
import type { SwapPlan } from "../../domain/plan";
import type { SoakEvidence } from "../../domain/soak";
import { keptBy } from "../../domain/swap-back";
import { changeLedger, timeOf, type Steps } from "../calls";
import { progress, type Exit, type Run } from "../run";
import { change } from "./attempts";

/** New production is to be swapped back. */
export interface Regressed {
  readonly kind: "regressed";
  readonly order: SwapBackOrder;
}

interface Seen {
  readonly evidence?: SoakEvidence | undefined;
  readonly finalRead?: Ending["finalRead"];
}

/** New production regressed: its swap-back is ordered at the pair, unless request or policy keep the release where it is. */
export function* regressed(
  run: Run,
  plan: SwapPlan,
  detail: string,
  { evidence, finalRead }: Seen,
): Steps<Exit | Regressed> {
  yield* recordSoak(run, evidence);
  yield* progress(run, "regression", detail);
  const kept = keptBy(plan.policy, run.began.request);
  if (kept) return yield* windowClosed(run, { ...halted(kept, detail), finalRead });
  const { context, requestId } = run;
  const order = {
    ...({ id: context.df.newGuid("swap-back"), cause: "regression", by: "the soak" } as const),
    ...{ note: detail, at: timeOf(context) },
  };
  const { lease } = yield* change(run, { kind: "order-swap-back", requestId, order });
  // A person may have ordered it first; without a lease somebody else has concluded this promotion.
  return lease?.order ? { kind: "regressed", order: lease.order } : { kind: "superseded" };
}

/** Writes what was measured where people see it, and where the event is sealed from. */
export function* recordSoak(run: Run, soak: SoakEvidence | undefined): Steps<void> {
  if (!soak) return;
  yield* changeLedger(run.context, run.requestId, { kind: "watched", runId: run.runId, soak });
}

/** An ending after a swap: the time to order a swap-back is over first, and an order that came before is carried out. */
export function* windowClosed(run: Run, ending: Ending): Steps<Exit | Regressed> {
  const { requestId, lease: held } = run;
  if (!held) return { kind: "end", ending };
  const { lease } = yield* change(run, { kind: "end-watch", requestId, epoch: held.epoch });
  return lease?.order ? { kind: "regressed", order: lease.order } : { kind: "end", ending };
}
