import type { OrchestrationContext } from "durable-functions";
import { reason } from "../domain/kernel/reason-codes";
import type { SwapPlan } from "../domain/plan/plan";
import type { Steps } from "./calls";
import { isPlanned, nextGeneration, plansOf } from "./generation";
import type { Exit, Go, Run } from "./run";
import { awaitApproval } from "./steps/approval";
import { begin } from "./steps/begin";
import { conclude } from "./steps/conclude";
import { planSwap } from "./steps/plan";
import { awaitLease } from "./steps/queue";
import { rollback } from "./steps/rollback";
import { soak } from "./steps/soak";
import { type AttemptAgain, type Swapped, swapWhenReady } from "./steps/swap";
import { verify } from "./steps/verify";
import { awaitWindow } from "./steps/window";

/** After this many plans the services count as constantly changing. */
const MOST_PLANS = 5;

/**
 * One promotion, from acceptance to one outcome (docs/design.md):
 *  1. begin: record the request and register it with its pair, or resume;
 *  2. plan: read both services and check every prerequisite; if the target is in production already → `unchanged`;
 *  3. gate: if approval is required, wait until enough people have approved exactly this plan;
 *  4. deployment window: wait for an allowed window, no denied window, no freeze, and `notBefore`;
 *  5. queue: acquire the pair's lease, in order;
 *  6. readiness: wait until every role instance of both services has run for `stableFor` without a break;
 *  7. swap: claim, read again, send one PUT, and prove its effect by reads;
 *  8. verify: read both services again and probe production;
 *  9. soak: watch new production; roll back a regression once, or halt;
 * 10. conclude: store outcome and event, set a hold if needed, release the lease, publish the event.
 */
export function* promote(context: OrchestrationContext): Steps<void> {
  const run = yield* begin(context);
  if (!run) return;
  if (run.began.conclusion) return yield* conclude(run, undefined);
  if (run.turnedAway) return yield* conclude(run, run.turnedAway);
  const exit = yield* oneRound(run);
  if (exit.kind === "end") return yield* conclude(run, exit.ending);
  if (exit.kind !== "superseded") context.df.continueAsNew(nextGeneration(run, exit));
}

type Again = Exclude<Swapped, Exit | { kind: "verify" }>;

/** Steps 2 to 9, once. Each further round is a new generation, so that the history stays short. */
function* oneRound(run: Run): Steps<Exit | Again> {
  const note = run.carried?.note;
  const planned = isPlanned(run);
  const judged = planned ? ({ kind: "go" } as const) : yield* planAnew(run, note);
  if (judged.kind !== "go") return judged;
  const plan = run.plan;
  if (!plan) throw new Error("a promotion continued without a plan");
  const allowed = yield* awaitApprovalAndWindow(run, plan, planned);
  if (allowed.kind !== "go") return allowed;
  const queued = yield* awaitLease(run, plan, note);
  if (queued.kind !== "go") return queued;
  const swapped = yield* swapWhenReady(run, plan);
  return swapped.kind === "verify" ? yield* verifyAndSoak(run, plan, swapped) : swapped;
}

function* planAnew(run: Run, note: string | undefined): Steps<Exit | Go> {
  if (plansOf(run) <= MOST_PLANS) return yield* planSwap(run, note);
  const ending = {
    outcome: "refused",
    reason: reason("stale-plan", note ?? "the plan was outdated"),
  } as const;
  return { kind: "end", ending };
}

/** Steps 3 and 4: approval first, then the deployment window. */
function* awaitApprovalAndWindow(run: Run, plan: SwapPlan, planned: boolean): Steps<Exit | Go> {
  // A run that resumes with the lease had its approvals and may have swapped. The attempt checks them again.
  const resumed = planned && run.lease !== undefined;
  const approved = resumed ? ({ kind: "go" } as const) : yield* awaitApproval(run, plan, run.carried?.note);
  return approved.kind === "go" ? yield* awaitWindow(run, plan, run.carried?.closed) : approved;
}

/** Steps 8 and 9, or the rollback that was ordered before this run began. */
function* verifyAndSoak(
  run: Run,
  plan: SwapPlan,
  swapped: Extract<Swapped, { kind: "verify" }>,
): Steps<Exit | AttemptAgain> {
  if (swapped.order) return yield* rollback(run, plan, swapped.order);
  const seen = yield* verify(run, plan, swapped);
  const exit = seen.kind === "verified" ? yield* soak(run, plan, seen.verified) : seen;
  return exit.kind === "regressed" ? yield* rollback(run, plan, exit.order) : exit;
}
