import type { OrchestrationContext } from "durable-functions";
import type { ProbeResult } from "../../domain/cloud-service/probe";
import type { RoleStateCheck } from "../../domain/cloud-service/readiness";
import {
  decideSoak,
  evidenceOf,
  freshSoak,
  type SoakCheck,
  soakDeadline,
  type SoakDecision,
  watchRule,
} from "../../domain/cloud-service/soak";
import { reason } from "../../domain/kernel/reason-codes";
import type { SwapPlan } from "../../domain/plan/plan";
import { tightenSoak } from "../../domain/policy/policy";
import { halted } from "../../domain/promotion/next-step";
import { decideVerification, type Verified } from "../../domain/swap/verification";
import { callActivity, readObservedState, type Steps, timeOf, together } from "../calls";
import { afterWait, cannotBeCancelled, enter, type Exit, progress, type Run, waitFor } from "../run";
import type { Round, Wait, WaitKinds, WaitResult } from "../wait-input";
import { recordSoak, regressed, type Regressed, windowClosed } from "./watch";

/** Step 9. Watches new production. If it cannot be measured, the promotion is halted, not rolled back. */
export function* soak(run: Run, plan: SwapPlan, verified: Verified): Steps<Exit | Regressed> {
  const { policy } = plan;
  const rule = watchRule(tightenSoak(policy, run.began.request), policy.readiness.stableForMs);
  if (rule.forMs === 0) return yield* promoted(run, verified);
  const now = timeOf(run.context);
  const until = (run.deadlines.soak ??= soakDeadline(rule, now));
  const over = yield* enter(run, "soaking");
  if (over) return over;
  const probes = policy.probes ?? [];
  const what = probes.length > 0 ? `role instances and ${probes.length} probes` : "role instances";
  yield* progress(run, "soaking", `${plan.incoming.name} is watched for ${rule.forMs / 1000} s: ${what}`);
  const result = yield* waitFor(run, "soak", { plan, probes, rule }, { until });
  const next = afterWait(result, {
    decided: (verdict) => decided(run, plan, verdict),
    expired: (left) => unmeasured(run, left),
    cancelled: cannotBeCancelled,
  });
  return "kind" in next ? next : yield* next;
}

function* unmeasured(
  run: Run,
  { last, memory }: Extract<WaitResult<"soak">, { ended: "expired" }>,
): Steps<Exit | Regressed> {
  yield* recordSoak(run, memory && evidenceOf(memory, timeOf(run.context)));
  return yield* windowClosed(run, halted("soak-unmeasurable", last));
}

function* decided(run: Run, plan: SwapPlan, verdict: WaitKinds["soak"]["verdict"]): Steps<Exit | Regressed> {
  switch (verdict.kind) {
    case "ordered":
      return { kind: "regressed", order: verdict.order };
    case "regression":
      return yield* regressed(run, plan, verdict.detail, verdict);
    case "pass":
      yield* recordSoak(run, verdict.evidence);
      return yield* promoted(run, verdict);
    case "cannot-measure":
      yield* recordSoak(run, verdict.evidence);
      return yield* windowClosed(run, halted("soak-unmeasurable", verdict.detail));
    case "foreign-state":
      yield* recordSoak(run, verdict.evidence);
      return yield* windowClosed(run, halted("foreign-state", verdict.detail));
  }
}

function* promoted(run: Run, { detail, finalRead }: Verified): Steps<Exit | Regressed> {
  const ending = { outcome: "promoted", reason: reason("promoted", detail), finalRead } as const;
  return yield* windowClosed(run, ending);
}

type About = WaitKinds["soak"]["about"];

/** Checks the role instances and probes of new production repeatedly. Passes only after a last read of both services. */
export const soakWait: Wait<"soak"> = {
  cancellable: false,
  endsWith: "new production was healthy for long enough, it regresses, or a person orders the rollback",
  next: "the promotion concludes; a regression is rolled back, unless request or policy forbid it",
  *observe(context, { about, since, memory = freshSoak(since) }, { lease }) {
    if (lease?.order) return { kind: "decided", verdict: { kind: "ordered", order: lease.order } };
    const check = yield* checkAtProduction(context, about);
    const decision = decideSoak(memory, check, about.rule);
    if (decision.kind === "again") return decision;
    if (decision.kind === "pass") return yield* confirm(context, about, decision, check.now);
    const { kind, detail } = decision;
    return { kind: "decided", verdict: { kind, detail, evidence: evidenceOf(decision.memory, check.now) } };
  },
};

function* checkAtProduction(context: OrchestrationContext, { plan, probes }: About): Steps<SoakCheck> {
  const tasks = [
    callActivity(context, "checkRoleState", { service: plan.incoming }),
    ...(probes.length > 0 ? [callActivity(context, "runProbes", { probes, at: "production" })] : []),
  ];
  const [platform, answers = []] = (yield* together(context, tasks)) as [RoleStateCheck, ProbeResult[]?];
  return { platform, probes: answers, now: timeOf(context) };
}

/** Passes only if a last read of both services shows the target state. */
function* confirm(
  context: OrchestrationContext,
  { plan, rule }: About,
  { memory, detail }: Extract<SoakDecision, { kind: "pass" }>,
  now: number,
): Steps<Round<"soak">> {
  const read = decideVerification(plan, yield* readObservedState(context, plan));
  const evidence = evidenceOf(memory, now);
  if (read.kind === "verified") {
    const verdict = {
      kind: "pass",
      detail: `${read.detail}; ${detail}`,
      finalRead: read.finalRead,
      evidence,
    } as const;
    return { kind: "decided", verdict };
  }
  if (read.against === "foreign-state")
    return { kind: "decided", verdict: { kind: "foreign-state", detail: read.detail, evidence } };
  return { kind: "again", memory, detail: `the last read: ${read.detail}`, afterMs: rule.everyMs };
}
