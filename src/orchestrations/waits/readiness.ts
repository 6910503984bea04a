import { tellHold } from "../../domain/hold";
import { decideReadiness } from "../../domain/readiness";
import { actAll } from "../calls";
import type { Wait } from "./waits";

/** Each round fans out one role-state check per service in parallel. */
export const readiness: Wait<"readiness"> = {
  cancellable: true,
  endsWith:
    "every role instance of both services has been running without a break for stableFor, or a cancel",
  next: "the swap is claimed, both services are read afresh, and one PUT is sent",
  *observe(context, { about, memory }, { hold }) {
    const { rule } = about;
    const checks = yield* actAll(context, "checkRoleState", [
      { service: about.incoming },
      { service: about.outgoing },
    ]);
    const [incoming, outgoing] = checks;
    if (!incoming || !outgoing) throw new Error("a role-state check is missing from the fan-out");
    const decision = decideReadiness(memory, incoming, outgoing, rule);
    if (decision.kind !== "not-yet") return { kind: "decided", verdict: decision };
    return {
      kind: "again",
      memory: decision.memory,
      detail: hold ? `${decision.detail}; ${tellHold(hold)}` : decision.detail,
      afterMs: decision.nextMs,
      readiness: checks.map((check) => `${check.side}: ${check.summary}`),
    };
  },
};
