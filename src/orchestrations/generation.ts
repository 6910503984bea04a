import type { Lease } from "../domain/pair/pair";
import type { SwapPlan } from "../domain/plan/plan";
import type { Registration } from "../domain/promotion/state";

/** When each wait of a promotion ends, in ms since the epoch; set when the wait first begins. */
export interface Deadlines {
  window?: number;
  queue?: number;
  readiness?: number;
  soak?: number;
  rollback?: number;
}

/** What a run passes to its next generation. Everything else is read from the promotion record and the pair. */
export interface Carried {
  readonly runId: string;
  readonly generation: number;
  /** The number of waits begun so far. */
  readonly waits: number;
  /** How often the promotion was planned, and whether the last plan is still valid. */
  readonly plans: number;
  readonly planned: boolean;
  /** Why the round is repeated. */
  readonly note: string;
  /** Why the attempt found the deployment window closed. */
  readonly closed?: string;
  /** The pause before the next attempt. */
  readonly afterMs?: number;
  readonly deadlines: Deadlines;
}

/** The input of a run: the first generation has the registration, later ones have `carried`. */
export interface RunInput {
  readonly requestId: string;
  readonly registration?: Registration;
  readonly carried?: Carried;
}

interface Generation {
  readonly requestId: string;
  readonly runId: string;
  readonly deadlines: Deadlines;
  readonly waits: number;
  readonly carried?: Carried;
  readonly plan?: SwapPlan;
  readonly lease?: Lease;
}

/** Why a round is repeated. */
interface Again {
  readonly kind: "attempt-again" | "plan-again" | "wait-for-lease" | "wait-for-window";
  readonly detail: string;
  readonly afterMs?: number;
}

/** Whether the stored plan is still valid. A run that resumes keeps the plan only if it has the lease. */
export function isPlanned({ plan, lease, carried }: Generation): boolean {
  return plan !== undefined && (carried ? carried.planned : lease !== undefined);
}

/** How often the promotion was planned, including this round. */
export function plansOf({ carried }: Pick<Generation, "carried">): number {
  return carried ? carried.plans + (carried.planned ? 0 : 1) : 1;
}

/** The input of the next generation, which repeats the round. */
export function nextGeneration(run: Generation, again: Again): RunInput {
  const { requestId, runId, waits, carried } = run;
  return {
    requestId,
    carried: {
      runId,
      waits,
      generation: (carried?.generation ?? 0) + 1,
      plans: plansOf(run),
      deadlines: remaining(run.deadlines, again),
      planned: again.kind !== "plan-again",
      note: again.detail,
      closed: again.kind === "wait-for-window" ? again.detail : undefined,
      afterMs: again.kind === "attempt-again" ? again.afterMs : undefined,
    },
  };
}

/** Holds and closed windows must not use up the readiness deadline. */
function remaining({ queue, readiness, ...others }: Deadlines, { kind }: Again): Deadlines {
  const keepsReadiness = kind !== "wait-for-lease" && kind !== "wait-for-window";
  return {
    ...others,
    queue: kind === "wait-for-window" ? undefined : queue,
    readiness: keepsReadiness ? readiness : undefined,
  };
}
