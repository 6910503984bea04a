import { isBreakGlass } from "../../domain/approval/rule";
import { reason } from "../../domain/kernel/reason-codes";
import type { SwapPlan } from "../../domain/plan/plan";
import { describeWindow } from "../../domain/policy/deployment-window";
import { windowDeadline } from "../../domain/policy/policy";
import { runActivity, type Steps, timeOf } from "../calls";
import { afterWait, enter, type Exit, expired, type Go, type Run, untilOf, waitFor } from "../run";
import type { Wait } from "../wait-input";
import { leaveQueue } from "./queue";

/**
 * Step 4. Waits until policy lets a swap start. Skipped with a lease, under break-glass, and if neither policy nor
 * request limit the time. `closed` describes the closed window that the attempt found.
 */
export function* awaitWindow(run: Run, plan: SwapPlan, closed: string | undefined): Steps<Go | Exit> {
  const { context, began } = run;
  const { notBefore, expiresAt } = began.request;
  const isAsked = plan.policy.window !== undefined || notBefore !== undefined || closed !== undefined;
  if (!isAsked || run.lease || isBreakGlass(began)) return { kind: "go" };
  const about = { policy: plan.policy, asked: { notBefore, expiresAt } };
  if ((yield* runActivity(context, "checkWindow", about)).open) return { kind: "go" };
  // An earlier run of this promotion may still be in the queue.
  yield* leaveQueue(run);
  const deadline = (run.deadlines.window ??= windowDeadline(plan.policy, notBefore, timeOf(context)));
  const over = yield* enter(run, "awaiting-window", closed);
  if (over) return over;
  const until = untilOf(run, deadline);
  const result = yield* waitFor(run, "window", about, { until });
  return afterWait<"window", Go | Exit, Exit>(result, {
    decided: (verdict) =>
      verdict.kind === "open"
        ? { kind: "go" }
        : { kind: "end", ending: { outcome: "refused", reason: reason("pair-removed", verdict.detail) } },
    expired: ({ last }) => expired(run, "window", "window-expired", last, until),
  });
}

/** Windows and freezes may change during the wait. */
const LONGEST_MS = 5 * 60_000;
const UNKNOWN_MS = 60_000;

export const windowWait: Wait<"window"> = {
  cancellable: true,
  endsWith: "a window is open and neither a denied window nor a freeze is on, or the promotion is cancelled",
  next: "the promotion waits in the queue for the lease",
  *observe(context, { about }) {
    const seen = yield* runActivity(context, "checkWindow", about);
    if (seen.open) return { kind: "decided", verdict: { kind: "open" } };
    const removed = seen.reasons.find(({ code }) => code === "pair-removed");
    if (removed) return { kind: "decided", verdict: { kind: "removed", detail: removed.detail } };
    const { nextOpensAt } = seen;
    return {
      kind: "again",
      detail: describeWindow(seen, about.policy.timeZone, about.asked.expiresAt),
      afterMs: nextOpensAt === undefined ? UNKNOWN_MS : Math.min(nextOpensAt - timeOf(context), LONGEST_MS),
    };
  },
};
