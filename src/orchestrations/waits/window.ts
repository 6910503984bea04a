import { describeWindow } from "../../domain/policy/deployment-window";
import { runActivity, timeOf } from "../calls";
import type { Wait } from "./waits";

/** Windows and freezes may change meanwhile. */
const LONGEST_MS = 5 * 60_000;
const UNKNOWN_MS = 60_000;

/** Waits until policy lets a swap start. */
export const window: Wait<"window"> = {
  cancellable: true,
  endsWith: "an allowed window is on, no denied window and no freeze, or the promotion is cancelled",
  next: "the promotion waits in the queue for the lease",
  *observe(context, { about }) {
    const seen = yield* runActivity(context, "checkWindow", about);
    if (seen.open) return { kind: "decided", verdict: { kind: "open" } };
    const removed = seen.reasons.find(({ code }) => code === "pair-removed");
    if (removed) return { kind: "decided", verdict: { kind: "removed", detail: removed.detail } };
    const { nextOpensAt } = seen;
    return {
      kind: "again",
      detail: describeWindow(seen, about.policy.timeZone, about.asked.expiresAt),
      afterMs: nextOpensAt === undefined ? UNKNOWN_MS : Math.min(nextOpensAt - timeOf(context), LONGEST_MS),
    };
  },
};
