import type { Lease } from "../domain/pair/pair";
import type { SwapPlan } from "../domain/plan/plan";
import type { Registration } from "../domain/promotion/state";

/** When each wait of a promotion ends, ms since the epoch; set when it is entered first. */
export interface Deadlines {
  window?: number;
  queue?: number;
  readiness?: number;
  soak?: number;
  rollback?: number;
}

/** What a run hands to its next generation, whose history is empty. The rest is read from promotion record and pair. */
export interface Carried {
  readonly runId: string;
  readonly generation: number;
  /** How many waits it has begun. */
  readonly waits: number;
  /** How often the promotion was planned, and whether that plan still stands. */
  readonly plans: number;
  readonly planned: boolean;
  /** Why it goes round again. */
  readonly note: string;
  /** What of the deployment window the attempt found closed. */
  readonly closed?: string;
  /** How long to leave the services alone before the next attempt. */
  readonly afterMs?: number;
  readonly deadlines: Deadlines;
}

/** The input of a run: the first generation brings the registration, a later one what was carried over. */
export interface RunInput {
  readonly requestId: string;
  readonly registration?: Registration;
  readonly carried?: Carried;
}

/** What this bookkeeping needs of a run. */
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

/** Whether the stored plan still stands: a run that resumes keeps it only with the lease. */
export function isPlanned({ plan, lease, carried }: Generation): boolean {
  return plan !== undefined && (carried ? carried.planned : lease !== undefined);
}

/** How often the promotion was planned, this round included. */
export function plansOf({ carried }: Pick<Generation, "carried">): number {
  return carried ? carried.plans + (carried.planned ? 0 : 1) : 1;
}

/** The input of the next generation, which repeats the round. */
export function nextGeneration(run: Generation, again: Again): RunInput {
  const { requestId, runId, waits, carried } = run;
  return {
    requestId,
    carried: {
      ...{ runId, waits, generation: (carried?.generation ?? 0) + 1, plans: plansOf(run) },
      deadlines: remaining(run.deadlines, again),
      planned: again.kind !== "plan-again",
      note: again.detail,
      closed: again.kind === "wait-for-window" ? again.detail : undefined,
      afterMs: again.kind === "attempt-again" ? again.afterMs : undefined,
    },
  };
}

/** A hold, or a closed window, must not use up the time that the services have to become ready. */
function remaining({ queue, readiness, ...others }: Deadlines, { kind }: Again): Deadlines {
  const keepsReadiness = kind !== "wait-for-lease" && kind !== "wait-for-window";
  return {
    ...others,
    ...(queue !== undefined && kind !== "wait-for-window" ? { queue } : {}),
    ...(readiness !== undefined && keepsReadiness ? { readiness } : {}),
  };
}
