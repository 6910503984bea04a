import { type GateDecision, type GateView, VOTE_LAG_MS } from "../../domain/approval/gate";
import { type ApprovalRule, approversOf, isBreakGlass, unreachable } from "../../domain/approval/rule";
import { reason } from "../../domain/kernel/reason-codes";
import { describeRequester, requesterOf } from "../../domain/kernel/requester";
import { toTime } from "../../domain/kernel/time";
import type { SwapPlan } from "../../domain/plan/plan";
import { ruleFor } from "../../domain/promotion/approval";
import { changeRecord, type Steps, timeOf } from "../calls";
import {
  afterWait,
  enter,
  type Exit,
  expired,
  type Go,
  overtaken,
  progress,
  type Run,
  waitFor,
} from "../run";
import type { Wait } from "../wait-input";
import { leaveQueue } from "./queue";

/**
 * Step 3. If policy or request require approval, waits until enough people have approved exactly this plan. Asks again
 * only if the plan changed or the approval expired.
 */
export function* awaitApproval(run: Run, plan: SwapPlan, note?: string): Steps<Go | Exit> {
  const rule = ruleFor(plan.policy, run.began);
  if (!rule || isBreakGlass(run.began)) return { kind: "go" };
  const never = unreachable(rule, run.began.origin);
  if (never !== undefined) {
    return { kind: "end", ending: { outcome: "refused", reason: reason("approval-impossible", never) } };
  }
  const at = timeOf(run.context);
  const question = { kind: "ask-approval", runId: run.runId, planHash: plan.hash, at } as const;
  const answer = yield* changeRecord(run.context, run.requestId, question);
  const over = overtaken(run, answer);
  if (over) return over;
  const gate = answer?.gate;
  if (!gate) throw new Error("the promotion record has no gate for the plan");
  if (gate.decision) return after(run, gate.decision, gate);
  return yield* waitForPeople(run, plan, rule, { gate, isNew: gate.askedAt === at, note });
}

interface Asked {
  readonly gate: GateView;
  readonly isNew: boolean;
  readonly note: string | undefined;
}

function* waitForPeople(
  run: Run,
  plan: SwapPlan,
  rule: ApprovalRule,
  { gate, isNew, note }: Asked,
): Steps<Go | Exit> {
  yield* leaveQueue(run);
  // No other deadline runs while people are awaited; the others begin after this wait.
  delete run.deadlines.window;
  delete run.deadlines.queue;
  delete run.deadlines.readiness;
  const over = yield* enter(run, "awaiting-approval", note);
  if (over) return over;
  const approvers = approversOf(rule);
  if (isNew) {
    const { quorum } = rule;
    const requestedBy = requesterOf(run.began);
    const approval = { planHash: plan.hash, quorum, approvers, until: toTime(gate.until), requestedBy };
    const needed = `${quorum} approval${quorum === 1 ? "" : "s"} needed to move ${plan.incoming.name} to production`;
    const detail = `${needed}, requested by ${describeRequester(requestedBy)}`;
    yield* progress(run, "approval-requested", detail, approval);
  }
  const about = { approvers, planHash: plan.hash, because: note };
  const limits = { until: gate.until, graceMs: VOTE_LAG_MS };
  const result = yield* waitFor(run, "gate", about, limits);
  const { until } = gate;
  return afterWait(result, {
    decided: (verdict) => after(run, verdict, { until, detail: verdict.detail }),
    expired: ({ last }) => expired(run, "gate", "approval-expired", last, until),
  });
}

function after(
  run: Run,
  { kind }: GateDecision,
  { until, detail }: Pick<GateView, "until" | "detail">,
): Go | Exit {
  switch (kind) {
    case "granted":
      return { kind: "go" };
    case "rejected":
      return { kind: "end", ending: { outcome: "rejected", reason: reason("rejected-by-approver", detail) } };
    case "expired":
      return expired(run, "gate", "approval-expired", detail, until);
  }
}

const CHECK_MS = 60_000;

/** Waits for votes. Every vote wakes it; the promotion record decides. */
export const gateWait: Wait<"gate"> = {
  cancellable: true,
  checksWhenWoken: true,
  endsWith: "enough approvals of exactly this plan, one rejection, the deadline, or a cancel",
  next: "an approver votes: POST /api/promotions/{id}/approvals with the plan's hash",
  *observe(context, { requestId, about }) {
    const answer = yield* changeRecord(context, requestId, { kind: "close-gate", at: timeOf(context) });
    if (!answer?.gate) throw new Error("a promotion waits at a gate that is not in its promotion record");
    const { decision, detail } = answer.gate;
    if (decision) return { kind: "decided", verdict: { ...decision, detail } };
    const plan = about.planHash.slice(0, 12);
    const again = about.because === undefined ? "" : `, asked again: ${about.because}`;
    return {
      kind: "again",
      detail: `${detail} of plan ${plan}${again}; approvers: ${about.approvers}`,
      afterMs: CHECK_MS,
    };
  },
};
