import { reason } from "../kernel/reason-codes";
import type { RollbackOrder } from "../pair/pair";
import type { SwapPlan } from "../plan/plan";
import type { Verified } from "../swap/verification";
import { halted, type Next } from "./next-step";
import type { Ending } from "./state";

/** The plan of the rollback: the same act with the sides exchanged, each with the public IP it holds after the swap. */
export function reversed(plan: SwapPlan): SwapPlan {
  const { incoming, outgoing } = plan;
  return {
    ...plan,
    incoming: { ...outgoing, publicIpId: incoming.publicIpId },
    outgoing: { ...incoming, publicIpId: outgoing.publicIpId },
  };
}

/** Where the runbook goes from an attempt to roll back: no new plan and no new turn; what cannot be done is for a person. */
export function nextOfRollback(
  next: Exclude<Next, { kind: "superseded" }>,
): Exclude<Next, { kind: "plan-again" | "wait-for-lease" | "superseded" }> {
  switch (next.kind) {
    case "plan-again":
      return { kind: "end", ending: halted("rollback-failed", next.detail) };
    case "wait-for-lease":
    case "wait-for-window":
      return { kind: "observe-again", detail: next.detail };
    case "verify":
      return next.byUs
        ? next
        : { kind: "end", ending: halted("foreign-state", "somebody else has rolled back already") };
    case "end":
      return { kind: "end", ending: endingOfRollback(next.ending) };
    case "settle":
    case "observe-again":
      return next;
  }
}

/** Endings that prove the rollback to be without effect say so: the release still holds production. */
function endingOfRollback({ reason: { code, detail } }: Ending): Ending {
  switch (code) {
    case "foreign-state":
    case "outcome-unproved":
      return halted(code, detail);
    default:
      return halted("rollback-failed", `${code}: ${detail}`);
  }
}

/** An ending of a rollback with what led to it. */
export function withCause(ending: Ending, order: RollbackOrder): Ending {
  const { code, detail } = ending.reason;
  return { ...ending, reason: reason(code, `${describeOrder(order)}; the rollback: ${detail}`) };
}

/** Why a promotion is rolled back, in one sentence. */
export function describeOrder({ cause, by, note }: RollbackOrder): string {
  return cause === "person" ? `ordered by ${by}: ${note}` : note;
}

/** The ending of a rollback that was done and verified. */
export function rolledBack(order: RollbackOrder, { detail, finalRead }: Verified): Ending {
  const code = order.cause === "person" ? "rolled-back-by-person" : "regression";
  return {
    outcome: "rolled-back",
    reason: reason(code, `${describeOrder(order)}; rolled back: ${detail}`),
    finalRead,
  };
}
