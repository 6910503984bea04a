import { isBreakGlass } from "../../domain/approval/rule";
import type { Lease, RollbackOrder } from "../../domain/pair/pair";
import type { SwapPlan } from "../../domain/plan/plan";
import { afterAttempt, type Next } from "../../domain/promotion/next-step";
import type { Verified } from "../../domain/swap/verification";
import { runActivityBeside, type Steps, timeOf } from "../calls";
import { enterTask, type Exit, progressTask, type Run } from "../run";
import { awaitReadiness } from "./readiness";
import { change, check, note, settle } from "./settle";

/** The round is repeated: nothing was sent, or it is proved that the attempt had no effect. */
export interface AttemptAgain {
  readonly kind: "attempt-again";
  readonly detail: string;
  readonly afterMs: number;
}

/** What follows the swap. */
export type Swapped =
  /** `verified` is set if the proof's own read verifies the swap too. */
  | {
      readonly kind: "verify";
      readonly byUs: boolean;
      readonly verified?: Verified;
      /** The rollback that was ordered before this run began. */
      readonly order?: RollbackOrder;
    }
  | { readonly kind: "plan-again"; readonly detail: string }
  | { readonly kind: "wait-for-lease"; readonly detail: string }
  | { readonly kind: "wait-for-window"; readonly detail: string }
  | AttemptAgain
  | Exit;

/**
 * Steps 6 and 7: readiness, one attempt, and its proof. Repeated until the readiness deadline while the platform is busy
 * or the services are not ready. Settles an attempt that an earlier run left open first.
 */
export function* swapWhenReady(run: Run, plan: SwapPlan): Steps<Swapped> {
  let settleAfterMs: number | undefined;
  for (;;) {
    const view = yield* check(run);
    if (view.lease?.swapped) return { kind: "verify", byUs: true, order: view.lease.order };
    if (!view.lease) return { kind: "wait-for-lease", detail: "the lease is not held" };
    const next = view.open
      ? yield* settle(run, plan, "forward", settleAfterMs)
      : yield* attemptWhenReady(run, plan, view.lease);
    switch (next.kind) {
      case "settle":
        settleAfterMs = next.afterMs;
        break;
      case "observe-again": {
        const afterMs = Math.max(next.afterMs ?? 0, plan.policy.readiness.pollMs);
        return { kind: "attempt-again", detail: next.detail, afterMs };
      }
      case "wait-for-lease":
      case "wait-for-window":
        yield* change(run, {
          kind: "release-lease",
          requestId: run.requestId,
          epoch: view.lease.epoch,
          at: timeOf(run.context),
        });
        return next;
      case "verify":
      case "plan-again":
      case "end":
      case "superseded":
        return next;
    }
  }
}

/** Readiness, then one attempt. Records its result, and closes an attempt that sent nothing at once. */
function* attemptWhenReady(run: Run, plan: SwapPlan, lease: Lease): Steps<Next | Exit> {
  const { context, requestId, pair, pairKey } = run;
  const ready = yield* awaitReadiness(run, plan);
  if (ready.kind !== "go") return ready;
  const n = lease.closed + 1;
  const { notBefore, expiresAt } = run.began.request;
  const asked = { notBefore, expiresAt, passWindow: isBreakGlass(run.began) };
  const input = {
    requestId,
    pair,
    pairKey,
    direction: "forward",
    n,
    epoch: lease.epoch,
    plan,
    asked,
  } as const;
  const started = `attempt ${n}: ${plan.incoming.name} to production`;
  // In parallel with the attempt, to keep the time between the readiness check and the PUT short.
  const result = yield* runActivityBeside(context, "attemptSwap", input, [
    enterTask(run, "swapping", `attempt ${n}`),
    progressTask(run, { step: "ready", detail: ready.detail }, { step: "swap-started", detail: started }),
  ]);
  yield* note(run, "forward", n, result);
  const { next, close } = afterAttempt(result, lease.unknowns);
  if (close) yield* change(run, { kind: "close", requestId, at: timeOf(context), ...close });
  return next;
}
