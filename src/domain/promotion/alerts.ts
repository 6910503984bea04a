import type { Outcome } from "../kernel/outcome";
import type { Code } from "../kernel/reason-codes";
import type { Conclusion, PromotionState } from "./state";

/** What the alert rules of an installation listen for: one Error line each, with a stable code. */
export const alertCodes = [
  "halted",
  "rolled-back",
  "publish-failing",
  "dead-letter",
  "run-lost",
  "break-glass",
  "schedule-squatted",
  "newer-state",
] as const;

export type AlertCode = (typeof alertCodes)[number];

/** What the log says of an outcome beside its message. */
export function fieldsOf(
  { requestId, request }: Pick<PromotionState, "requestId" | "request">,
  { outcome, reason }: Conclusion,
): { requestId: string; pair: string; code: Code; detail: string } {
  return { requestId, pair: request.pair, code: reason.code, detail: `${outcome}: ${reason.detail}` };
}

/** The alert that goes with an outcome; most have none. */
export function alertOf(outcome: Outcome): { code: AlertCode; message: string } | undefined {
  if (outcome === "halted") return { code: "halted", message: "a promotion was halted: a person must look" };
  if (outcome === "rolled-back")
    return { code: "rolled-back", message: "a promotion was rolled back: the release needs a look" };
  return undefined;
}
