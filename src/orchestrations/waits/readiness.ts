import type { OrchestrationContext } from "durable-functions";
import { type ProbeResult, withProbes } from "../../domain/cloud-service/probe";
import { decideReadiness, type RoleStateCheck } from "../../domain/cloud-service/readiness";
import { sideReadiness } from "../../domain/cloud-service/readiness-view";
import { describeHold } from "../../domain/pair/operator-actions";
import { callActivity, type Steps, together } from "../calls";
import type { WaitKinds } from "../wait-input";
import type { Wait } from "./waits";

/** Each round fans out one role-state check per service in parallel, and the probes of the incoming side. */
export const readiness: Wait<"readiness"> = {
  cancellable: true,
  endsWith:
    "every role instance of both services has been running, and every probe passing, without a break for stableFor; or a cancel",
  next: "the swap is claimed, both services are read afresh, and one PUT is sent",
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
