import { halted } from "../../domain/after-attempt";
import { reason } from "../../domain/codes";
import type { Ending } from "../../domain/completion-event";
import type { SwapPlan } from "../../domain/plan";
import type { Verified } from "../../domain/verification";
import { timeOf, type Steps } from "../calls";
import { enter, waitFor, type Exit, type Run } from "../run";

/**
 * Step 8. Success is said only after a read of both services that shows the target state; the read that proved the
 * swap is one, when it shows everything.
 */
export function* verify(
  run: Run,
  plan: SwapPlan,
  { byUs, verified }: { readonly byUs: boolean; readonly verified?: Verified | undefined },
): Steps<Exit> {
  const over = yield* enter(run, "verifying");
  if (over) return over;
  if (verified) return { kind: "end", ending: endingOf(verified, byUs) };
  const { deadlineMs } = plan.policy.verification;
  const result = yield* waitFor(run, "verification", { plan }, { until: timeOf(run.context) + deadlineMs });
  switch (result.ended) {
    case "decided":
      return { kind: "end", ending: endingOf(result.verdict, byUs) };
    case "superseded":
      return { kind: "superseded" };
    case "cancelled":
      throw new Error("verification was cancelled although it cannot be");
    case "expired":
      return {
        kind: "end",
        ending: { ...halted("verification-failed", result.last), finalRead: result.memory },
      };
  }
}

function endingOf({ detail, finalRead }: Verified, byUs: boolean): Ending {
  return byUs
    ? { outcome: "promoted", reason: reason("promoted", detail), finalRead }
    : { outcome: "unchanged", reason: reason("already-held", detail), finalRead };
}
