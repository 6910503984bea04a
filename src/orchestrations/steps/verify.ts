import { halted } from "../../domain/after-attempt";
import { reason } from "../../domain/codes";
import type { Plan } from "../../domain/plan";
import { timeOf, type Steps } from "../calls";
import { enter, waitFor, type Exit, type Run } from "../run";

/** Step 8. Success is said only after a read of both services that shows the target state. */
export function* verify(run: Run, plan: Plan, byUs: boolean): Steps<Exit> {
  yield* enter(run, "verifying");
  const { deadlineMs } = plan.policy.verification;
  const result = yield* waitFor(run, "verification", { plan }, { until: timeOf(run.context) + deadlineMs });
  switch (result.ended) {
    case "decided": {
      const { detail, finalRead } = result.verdict;
      return byUs
        ? { kind: "end", ending: { outcome: "promoted", reason: reason("promoted", detail), finalRead } }
        : {
            kind: "end",
            ending: { outcome: "unchanged", reason: reason("already-held", detail), finalRead },
          };
    }
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
