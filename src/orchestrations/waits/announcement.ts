import { runActivity, timeOf } from "../calls";
import type { Wait } from "./waits";

const RETRY_MS = 10_000;
const LONGEST_RETRY_MS = 10 * 60_000;

/** Publishes the stored completion event until the broker has accepted it; afterwards the reconciler goes on. */
export const announcement: Wait<"announcement"> = {
  cancellable: false,
  afterOutcome: true,
  endsWith: "the broker accepts the completion event",
  next: "nothing: the outcome is stored and stands",
  *observe(context, { requestId, since }) {
    const published = yield* runActivity(context, "publishCompletion", { requestId });
    if (published) return { kind: "decided", verdict: "published" };
    const patience = Math.round((timeOf(context) - since) / 10);
    return {
      kind: "again",
      detail: "the broker has not accepted the completion event yet",
      afterMs: Math.min(Math.max(patience, RETRY_MS), LONGEST_RETRY_MS),
    };
  },
};
