import type { OrchestrationContext } from "durable-functions";
import { isBreakGlass } from "../../domain/approval/rule";
import { type ProbeResult, probesIncoming, withProbes } from "../../domain/cloud-service/probe";
import { decideReadiness, type RoleStateCheck } from "../../domain/cloud-service/readiness";
import { sideReadiness } from "../../domain/cloud-service/readiness-view";
import { reason } from "../../domain/kernel/reason-codes";
import { describeHold } from "../../domain/pair/operator-actions";
import type { SwapPlan } from "../../domain/plan/plan";
import { tightenReadiness } from "../../domain/policy/policy";
import { callActivity, type Steps, timeOf, together } from "../calls";
import { afterWait, enter, type Exit, expired, type Go, type Run, untilOf, waitFor } from "../run";
import type { Wait, WaitKinds } from "../wait-input";

interface Ready extends Go {
  readonly detail: string;
}

/** Step 6. Waits until every role instance of both services has run for `stableFor`. */
export function* awaitReadiness(run: Run, plan: SwapPlan): Steps<Ready | Exit> {
  const { context } = run;
  const now = timeOf(context);
  const tightened = tightenReadiness(plan.policy, run.began.request);
  const rule = isBreakGlass(run.began) ? { ...tightened, outgoingMayBeDown: true } : tightened;
  const deadline = (run.deadlines.readiness ??= now + rule.deadlineMs);
  const until = untilOf(run, deadline);
  // Set after an attempt without effect.
  const { note, afterMs } = run.carried ?? {};
  const isRetry = afterMs !== undefined;
  const over = yield* enter(run, "awaiting-readiness", isRetry ? note : undefined);
  if (over) return over;
  const { incoming, outgoing } = plan;
  const about = { incoming, outgoing, rule, probes: plan.policy.probes?.filter(probesIncoming) };
  const result = yield* waitFor(run, "readiness", about, {
    until,
    observeAfter: isRetry ? now + afterMs : undefined,
  });
  return afterWait<"readiness", Ready | Exit, Exit>(result, {
    decided: ({ kind, detail }) =>
      kind === "never"
        ? { kind: "end", ending: { outcome: "refused", reason: reason("service-missing", detail) } }
        : { kind: "go", detail },
    expired: ({ last }) => expired(run, "readiness", "readiness-expired", last, until),
  });
}

/** Each round checks both services and probes the incoming one, in parallel. */
export const readinessWait: Wait<"readiness"> = {
  cancellable: true,
  endsWith:
    "every role instance runs and every probe passes without a break for stableFor, or the promotion is cancelled",
  next: "the swap is claimed, both services are read again, and one PUT is sent",
  *observe(context, { about, memory }, { hold }) {
    const { rule } = about;
    const [incoming, outgoing] = yield* checkBoth(context, about);
    const decision = decideReadiness(memory, incoming, outgoing, rule);
    if (decision.kind !== "not-yet") return { kind: "decided", verdict: decision };
    return {
      kind: "again",
      memory: decision.memory,
      detail: hold ? `${decision.detail}; ${describeHold(hold)}` : decision.detail,
      afterMs: decision.nextMs,
      readiness: [incoming, outgoing].map(sideReadiness),
    };
  },
};

function* checkBoth(
  context: OrchestrationContext,
  { incoming, outgoing, probes = [] }: WaitKinds["readiness"]["about"],
): Steps<[RoleStateCheck, RoleStateCheck]> {
  const tasks = [
    callActivity(context, "checkRoleState", { service: incoming }),
    callActivity(context, "checkRoleState", { service: outgoing }),
    ...(probes.length > 0 ? [callActivity(context, "runProbes", { probes, at: "staging" })] : []),
  ];
  const [a, b, answers = []] = (yield* together(context, tasks)) as [
    RoleStateCheck,
    RoleStateCheck,
    ProbeResult[]?,
  ];
  return [withProbes(a, answers), b];
}
