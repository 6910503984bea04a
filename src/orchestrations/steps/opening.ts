import type { OpeningInput } from "../../activities/look-at-opening";
import { isBreakGlass } from "../../domain/approval-rule";
import { reason } from "../../domain/codes";
import type { SwapPlan } from "../../domain/plan";
import { openingDeadline } from "../../domain/policy";
import { act, timeOf, type Steps } from "../calls";
import { cancelled, enter, expired, untilOf, waitFor, type Exit, type Run } from "../run";
import { stepAside } from "./turn";

/**
 * Step 4. Waits until policy lets a swap start. A lease that is held is past this step; break-glass passes it; where
 * neither policy nor request asks for anything it costs nothing. `closed` is what the attempt found.
 */
export function* awaitOpening(
  run: Run,
  plan: SwapPlan,
  closed: string | undefined,
): Steps<{ readonly kind: "go" } | Exit> {
  const { context, began } = run;
  const { notBefore, expiresAt } = began.request;
  const isAsked = plan.policy.opening !== undefined || notBefore !== undefined || closed !== undefined;
  if (!isAsked || run.lease || isBreakGlass(began)) return { kind: "go" };
  const about = { policy: plan.policy, asked: { notBefore, expiresAt } };
  if ((yield* act(context, "lookAtOpening", about)).open) return { kind: "go" };
  // Even a first look may stand in line already: an earlier run of this promotion had its turn.
  yield* stepAside(run);
  const deadline = (run.deadlines.opening ??= openingDeadline(plan.policy, notBefore, timeOf(context)));
  const over = yield* enter(run, "awaiting-opening", closed);
  return over ?? (yield* wait(run, about, deadline));
}

function* wait(run: Run, about: OpeningInput, deadline: number): Steps<{ readonly kind: "go" } | Exit> {
  const until = untilOf(run, deadline);
  const result = yield* waitFor(run, "opening", about, { until });
  switch (result.ended) {
    case "decided":
      if (result.verdict.kind === "open") return { kind: "go" };
      return {
        kind: "end",
        ending: { outcome: "refused", reason: reason("pair-removed", result.verdict.detail) },
      };
    case "cancelled":
      return cancelled(result.cancel);
    case "superseded":
      return { kind: "superseded" };
    case "expired":
      return expired(run, "opening", "opening-expired", result.last, until);
  }
}
