import { runActivity } from "../calls";
import type { Wait } from "./waits";

const RETRY_MS = 15_000;

/** Plans as soon as both services can be read. */
export const planning: Wait<"planning"> = {
  cancellable: true,
  endsWith: "both services are read, or the promotion is cancelled",
  next: "the plan is judged; unreadable services to the end are refused",
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
