import { isBreakGlass } from "../../domain/approval/rule";
import { probesIncoming } from "../../domain/cloud-service/probe";
import { reason } from "../../domain/kernel/reason-codes";
import type { SwapPlan } from "../../domain/plan/plan";
import { tightenReadiness } from "../../domain/policy/policy";
import { type Steps, timeOf } from "../calls";
import { afterWait, enter, type Exit, expired, type Run, untilOf, waitFor } from "../run";

/** Step 6. Waits until every role instance of both services has been running for `stableFor`. */
export function* awaitReadiness(
  run: Run,
  plan: SwapPlan,
): Steps<{ readonly kind: "go"; readonly detail: string } | Exit> {
  const { context } = run;
  const now = timeOf(context);
  const tightened = tightenReadiness(plan.policy, run.began.request);
  const rule = isBreakGlass(run.began) ? { ...tightened, outgoingMayBeDown: true } : tightened;
  const deadline = (run.deadlines.readiness ??= now + rule.deadlineMs);
  const until = untilOf(run, deadline);
  const again = lastAttempt(run);
  const over = yield* enter(run, "awaiting-readiness", again?.note);
  if (over) return over;
  const result = yield* waitFor(
    run,
    "readiness",
    {
      incoming: plan.incoming,
      outgoing: plan.outgoing,
      rule,
      probes: plan.policy.probes?.filter(probesIncoming),
    },
    { until, ...(again ? { observeAfter: now + again.afterMs } : {}) },
  );
  return afterWait<"readiness", { readonly kind: "go"; readonly detail: string } | Exit, Exit>(result, {
    decided: ({ kind, detail }) =>
      kind === "never"
        ? { kind: "end", ending: { outcome: "refused", reason: reason("service-missing", detail) } }
        : { kind: "go", detail },
    expired: ({ last }) => expired(run, "readiness", "readiness-expired", last, until),
  });
}

/** Why the attempt before came to nothing, and how long to leave the services alone after it. */
function lastAttempt({ carried }: Run): { readonly note: string; readonly afterMs: number } | undefined {
  return carried?.afterMs === undefined ? undefined : { note: carried.note, afterMs: carried.afterMs };
}
