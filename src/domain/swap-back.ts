import { halted, type Next } from "./after-attempt";
import { reason } from "./codes";
import type { Ending } from "./completion-event";
import type { SwapBackOrder } from "./pair";
import type { SwapPlan } from "./plan";
import type { PairPolicy } from "./policy";
import type { SwapRequest } from "./swap-request";
import type { Verified } from "./verification";

/** The plan of the way back: the same act with the sides exchanged, each with the public IP it holds after the swap. */
export function reversed(plan: SwapPlan): SwapPlan {
  const { incoming, outgoing } = plan;
  return {
    ...plan,
    incoming: { ...outgoing, publicIpId: incoming.publicIpId },
    outgoing: { ...incoming, publicIpId: outgoing.publicIpId },
  };
}

/** What forbids a swap-back that nobody ordered in person; undefined: it may be swapped back. */
export function keptBy(
  policy: Pick<PairPolicy, "swapBack">,
  request: Pick<SwapRequest, "irreversible">,
): "regression-irreversible" | "regression-kept" | undefined {
  if (request.irreversible) return "regression-irreversible";
  return policy.swapBack === "never" ? "regression-kept" : undefined;
}

/** Where the runbook goes from an attempt to swap back: no new plan and no new turn; what cannot be done is for a person. */
export function nextOfSwapBack(
  next: Exclude<Next, { kind: "superseded" }>,
): Exclude<Next, { kind: "plan-again" | "wait-for-turn" | "superseded" }> {
  switch (next.kind) {
    case "plan-again":
      return { kind: "end", ending: halted("swap-back-failed", next.detail) };
    case "wait-for-turn":
    case "wait-for-opening":
      return { kind: "observe-again", detail: next.detail };
    case "verify":
      return next.byUs
        ? next
        : { kind: "end", ending: halted("foreign-state", "somebody else has swapped back already") };
    case "end":
      return { kind: "end", ending: endingOfSwapBack(next.ending) };
    case "settle":
    case "observe-again":
      return next;
  }
}

/** Endings that prove the swap-back to be without effect say so: the release still holds production. */
function endingOfSwapBack({ reason: { code, detail } }: Ending): Ending {
  switch (code) {
    case "foreign-state":
    case "outcome-unproved":
      return halted(code, detail);
    default:
      return halted("swap-back-failed", `${code}: ${detail}`);
  }
}

/** An ending of a swap-back with what led to it. */
export function withCause(ending: Ending, order: SwapBackOrder): Ending {
  const { code, detail } = ending.reason;
  return { ...ending, reason: reason(code, `${tellOrder(order)}; the swap-back: ${detail}`) };
}

/** Why a promotion is swapped back, in one sentence. */
export function tellOrder({ cause, by, note }: SwapBackOrder): string {
  return cause === "person" ? `ordered by ${by}: ${note}` : note;
}

/** The ending of a swap-back that was done and verified. */
export function swappedBack(order: SwapBackOrder, { detail, finalRead }: Verified): Ending {
  const code = order.cause === "person" ? "swapped-back-by-person" : "regression";
  return {
    outcome: "swapped-back",
    reason: reason(code, `${tellOrder(order)}; swapped back: ${detail}`),
    finalRead,
  };
}
