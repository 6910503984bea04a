import { act } from "../calls";
import type { Wait } from "./waits";

const RETRY_MS = 10_000;

/** Publishes the stored completion event until the broker has accepted it; afterwards the janitor goes on. */
export const announcement: Wait<"announcement"> = {
  cancellable: false,
  endsWith: "the broker accepts the completion event",
  next: "nothing: the outcome is stored and stands",
  *observe(context, { requestId }) {
    const published = yield* act(context, "publishCompletion", { requestId });
    if (published) return { kind: "decided", verdict: "published" };
    return {
      kind: "again",
      detail: "the broker has not accepted the completion event yet",
      afterMs: RETRY_MS,
    };
  },
};
