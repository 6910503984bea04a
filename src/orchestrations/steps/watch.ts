import type { SoakEvidence } from "../../domain/cloud-service/soak";
import type { RollbackOrder } from "../../domain/pair/pair";
import type { SwapPlan } from "../../domain/plan/plan";
import { keptBy } from "../../domain/plan/rollback-outlook";
import { halted } from "../../domain/promotion/next-step";
import type { Ending } from "../../domain/promotion/state";
import { changeRecord, type Steps, timeOf } from "../calls";
import { type Exit, progress, type Run } from "../run";
import { change } from "./settle";

/** New production must be rolled back. */
export interface Regressed {
  readonly kind: "regressed";
  readonly order: RollbackOrder;
}

interface Seen {
  readonly evidence?: SoakEvidence;
  readonly finalRead?: Ending["finalRead"];
}

/** New production regressed. Orders its rollback at the pair, unless request or policy forbid it. */
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
  const id = context.df.newGuid("rollback");
  const order = { id, cause: "regression", by: "the soak", note: detail, at: timeOf(context) } as const;
  const { lease } = yield* change(run, { kind: "order-rollback", requestId, order });
  // A person may have ordered it first. Without a lease, another run has concluded this promotion.
  return lease?.order ? { kind: "regressed", order: lease.order } : { kind: "superseded" };
}

/** Stores the evidence of the soak in the promotion record, for people and for the completion event. */
export function* recordSoak(run: Run, soak: SoakEvidence | undefined): Steps<void> {
  if (!soak) return;
  yield* changeRecord(run.context, run.requestId, { kind: "watched", runId: run.runId, soak });
}

/** An ending after a swap. First closes the time to order a rollback; an order made before is carried out. */
export function* windowClosed(run: Run, ending: Ending): Steps<Exit | Regressed> {
  const { requestId, lease: held } = run;
  if (!held) return { kind: "end", ending };
  const { lease } = yield* change(run, { kind: "end-watch", requestId, epoch: held.epoch });
  return lease?.order ? { kind: "regressed", order: lease.order } : { kind: "end", ending };
}
