import { reason } from "../../domain/kernel/reason-codes";
import { type PlanVerdict, withoutEvidence } from "../../domain/plan/plan";
import { pairOf } from "../../domain/promotion/state";
import { changeRecord, runActivity, type Steps, timeOf } from "../calls";
import {
  afterWait,
  enter,
  type Exit,
  type Go,
  overtaken,
  progress,
  type Run,
  untilOf,
  waitFor,
} from "../run";
import type { Wait } from "../wait-input";

/** How long to wait for services that cannot be read. */
const PLANNING_DEADLINE_MS = 15 * 60_000;

type Judged = Exclude<PlanVerdict, { kind: "unreadable" }>;

/** Step 2. Ends as `unchanged` if the target is in production already, and as `refused` if a prerequisite fails. */
export function* planSwap(run: Run, note?: string): Steps<Go | Exit> {
  const over = yield* enter(run, "planning", note);
  if (over) return over;
  const judged = yield* judge(run);
  if (judged.kind === "end" || judged.kind === "superseded") return judged;
  if (judged.kind !== "planned") return { kind: "end", ending: endingOf(judged) };
  const { plan } = judged;
  run.plan = withoutEvidence(plan);
  const stored = yield* changeRecord(run.context, run.requestId, {
    kind: "plan",
    runId: run.runId,
    plan,
    at: timeOf(run.context),
  });
  const overtakenBy = overtaken(run, stored);
  if (overtakenBy) return overtakenBy;
  const { incoming, outgoing } = plan;
  yield* progress(run, "planned", `${incoming.name} is to take production from ${outgoing.name}`);
  return { kind: "go" };
}

function* judge(run: Run): Steps<Judged | Exit> {
  const { context, began } = run;
  const about = {
    request: began.request,
    pair: pairOf(began),
    target: run.plan?.incoming.side ?? began.target,
  };
  const first = yield* runActivity(context, "planPromotion", about);
  if (first.kind !== "unreadable") return first;
  const now = timeOf(context);
  const result = yield* waitFor(run, "planning", about, {
    until: untilOf(run, now + PLANNING_DEADLINE_MS),
    observeAfter: now + (first.retryAfterMs ?? 1_000),
  });
  return afterWait(result, {
    decided: (verdict) => verdict,
    expired: ({ last }): Exit => ({
      kind: "end",
      ending: { outcome: "refused", reason: reason("service-unreadable", last) },
    }),
  });
}

function endingOf(verdict: Exclude<Judged, { kind: "planned" }>): Extract<Exit, { kind: "end" }>["ending"] {
  const { incoming, outgoing } = verdict;
  if (verdict.kind === "unchanged") {
    return { outcome: "unchanged", reason: reason("already-held", verdict.detail), incoming, outgoing };
  }
  return {
    outcome: "refused",
    reason: reason(verdict.code, verdict.detail),
    prerequisites: verdict.prerequisites,
    incoming,
    outgoing,
  };
}

const RETRY_MS = 15_000;

/** Plans as soon as both services can be read. */
export const planningWait: Wait<"planning"> = {
  cancellable: true,
  endsWith: "both services are read, or the promotion is cancelled",
  next: "the plan is checked; if the services stay unreadable, the promotion is refused",
  *observe(context, { about }) {
    const verdict = yield* runActivity(context, "planPromotion", about);
    if (verdict.kind !== "unreadable") return { kind: "decided", verdict };
    return {
      kind: "again",
      detail: `Resource Manager could not be read: ${verdict.detail}`,
      afterMs: verdict.retryAfterMs ?? RETRY_MS,
    };
  },
};
