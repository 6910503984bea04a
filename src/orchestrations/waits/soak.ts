import type { OrchestrationContext } from "durable-functions";
import type { ProbeResult } from "../../domain/cloud-service/probe";
import type { RoleStateCheck } from "../../domain/cloud-service/readiness";
import {
  decideSoak,
  evidenceOf,
  freshSoak,
  type SoakDecision,
  type SoakCheck,
} from "../../domain/cloud-service/soak";
import { decideVerification } from "../../domain/swap/verification";
import { callActivity, type Steps, timeOf, together } from "../calls";
import type { Round, WaitKinds } from "../wait-input";
import { readObservedState } from "./observed-state";
import type { Wait } from "./waits";

type About = WaitKinds["soak"]["about"];

/** Looks at new production again and again: its role instances and its probes; passed only after a last read of both services. */
export const soak: Wait<"soak"> = {
  cancellable: false,
  endsWith: "all was well for long enough, new production regresses, or a person orders the rollback",
  next: "the promotion concludes; a regression is rolled back, unless request or policy keep it where it is",
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

/** Success is said only after a read that shows the target state, however well all went before. */
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
