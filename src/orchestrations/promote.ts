import type { OrchestrationContext } from "durable-functions";
import type { Ending } from "../domain/completion-event";
import { reason } from "../domain/codes";
import type { Steps } from "./calls";
import type { SwapPlan } from "../domain/plan";
import type { Exit, Run } from "./run";
import { begin } from "./steps/begin";
import { conclude } from "./steps/conclude";
import { awaitApproval } from "./steps/gate";
import { awaitOpening } from "./steps/opening";
import { planSwap } from "./steps/plan";
import { swapWhenReady, type Swapped } from "./steps/swap";
import { awaitTurn } from "./steps/turn";
import { soak } from "./steps/soak";
import { swapBack } from "./steps/swap-back";
import { verify } from "./steps/verify";

/** How often a promotion may be planned anew before the services count as never standing still. */
const MOST_PLANS = 5;

/**
 * One promotion, from acceptance to one outcome (docs/swap-protocol.md):
 *  1. resume or begin: only a stored outcome makes a duplicate;
 *  2. plan: both services read, every prerequisite judged, target held already → `unchanged`;
 *  3. gate: where somebody has to approve, enough people have approved exactly this plan;
 *  4. opening: an allowed window, no denied one, no freeze, not before `notBefore`;
 *  5. turn: the pair's lease, in order;
 *  6. readiness: every role instance of both services, unbroken for `stableFor`;
 *  7. swap: a claim, fresh reads, one PUT, and proof by reads;
 *  8. verify: both services re-read, production asked;
 *  9. soak: new production is watched; a regression is swapped back once, or halts;
 * 10. conclude: outcome and event stored, hold, lease released, event published.
 */
export function* promote(context: OrchestrationContext): Steps<void> {
  const run = yield* begin(context);
  if (!run) return;
  if (run.began.conclusion) return yield* conclude(run, undefined);
  const exit = yield* carryOut(run);
  if (exit.kind === "end") yield* conclude(run, exit.ending);
}

/** Steps 2 to 9; a stale plan is made anew, a lease given back is waited for again. */
function* carryOut(run: Run): Steps<Exit> {
  let note: string | undefined;
  let closed: string | undefined;
  let planned = run.plan !== undefined && run.lease !== undefined;
  for (let plans = 0; plans < MOST_PLANS; plans += planned ? 0 : 1) {
    const step = yield* oneRound(run, planned, note, closed);
    if (step.kind === "end" || step.kind === "superseded") return step;
    note = step.detail;
    planned = step.kind !== "plan-again";
    closed = step.kind === "wait-for-opening" ? step.detail : undefined;
  }
  const ending: Ending = { outcome: "refused", reason: reason("stale-plan", note ?? "the plan went stale") };
  return { kind: "end", ending };
}

type Again = Extract<Swapped, { kind: "plan-again" | "wait-for-turn" | "wait-for-opening" }>;

interface Round {
  readonly planned: boolean;
  readonly note: string | undefined;
  readonly closed: string | undefined;
}

/** Steps 3 and 4: people first, then the opening. */
function* awaitLeave(
  run: Run,
  plan: SwapPlan,
  { planned, note, closed }: Round,
): Steps<Exit | { readonly kind: "go" }> {
  // A run that resumes with the lease had its approvals, and may have swapped already: the attempt judges them afresh.
  const resumed = planned && run.lease !== undefined;
  const approved = resumed ? ({ kind: "go" } as const) : yield* awaitApproval(run, plan, note);
  return approved.kind === "go" ? yield* awaitOpening(run, plan, closed) : approved;
}

function* oneRound(
  run: Run,
  planned: boolean,
  note: string | undefined,
  closed: string | undefined,
): Steps<Exit | Again> {
  const judged = planned ? ({ kind: "go" } as const) : yield* planSwap(run, note);
  if (judged.kind !== "go") return judged;
  const plan = run.plan;
  if (!plan) throw new Error("a promotion went on without a plan");
  const may = yield* awaitLeave(run, plan, { planned, note, closed });
  if (may.kind !== "go") return may;
  const turn = yield* awaitTurn(run, plan, note);
  if (turn.kind !== "go") return turn;
  const swapped = yield* swapWhenReady(run, plan);
  if (swapped.kind === "verify") return yield* watchOver(run, plan, swapped);
  if (swapped.kind === "wait-for-opening") delete run.deadlines.turn;
  if (swapped.kind === "wait-for-turn" || swapped.kind === "wait-for-opening") {
    run.lease = undefined;
    // A person's hold, or a closed opening, must not use up the time the services have to become ready.
    delete run.deadlines.readiness;
  }
  return swapped;
}

/** Steps 8 and 9. A swap-back that was ordered before this run began is carried on with. */
function* watchOver(run: Run, plan: SwapPlan, swapped: Extract<Swapped, { kind: "verify" }>): Steps<Exit> {
  if (swapped.order) return yield* swapBack(run, plan, swapped.order);
  const seen = yield* verify(run, plan, swapped);
  const exit = seen.kind === "verified" ? yield* soak(run, plan, seen.verified) : seen;
  return exit.kind === "regressed" ? yield* swapBack(run, plan, exit.order) : exit;
}
