import { reason } from "../kernel/reason-codes";
import type { RollbackOrder } from "../pair/pair";
import type { SwapPlan } from "../plan/plan";
import type { Verified } from "../swap/verification";
import { halted, type Next } from "./next-step";
import type { Ending } from "./state";

/** The plan of the rollback: the sides exchanged, each with its public IP after the swap. */
export function reversed(plan: SwapPlan): SwapPlan {
  const { incoming, outgoing } = plan;
  return {
    ...plan,
    incoming: { ...outgoing, publicIpId: incoming.publicIpId },
    outgoing: { ...incoming, publicIpId: outgoing.publicIpId },
  };
}

/** The next step after a rollback attempt. It never plans again or waits for the lease: what fails needs a person. */
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

/** An ending that proves the rollback to be without effect becomes `rollback-failed`. */
function endingOfRollback({ reason: { code, detail } }: Ending): Ending {
  switch (code) {
    case "foreign-state":
    case "outcome-unproved":
      return halted(code, detail);
    default:
      return halted("rollback-failed", `${code}: ${detail}`);
  }
}

/** Adds the cause of the rollback to its ending. */
export function withCause(ending: Ending, order: RollbackOrder): Ending {
  const { code, detail } = ending.reason;
  return { ...ending, reason: reason(code, `${describeOrder(order)}; the rollback: ${detail}`) };
}

export function describeOrder({ cause, by, note }: RollbackOrder): string {
  return cause === "person" ? `ordered by ${by}: ${note}` : note;
}

/** The ending of a verified rollback. */
export function rolledBack(order: RollbackOrder, { detail, finalRead }: Verified): Ending {
  const code = order.cause === "person" ? "rolled-back-by-person" : "regression";
  return {
    outcome: "rolled-back",
    reason: reason(code, `${describeOrder(order)}; rolled back: ${detail}`),
    finalRead,
  };
}
