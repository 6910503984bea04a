import { changeRecord, timeOf } from "../calls";
import type { Wait } from "./waits";

const CHECK_MS = 60_000;

/** Waits for people; every vote wakes it, and the promotion record decides. */
export const gate: Wait<"gate"> = {
  cancellable: true,
  checksWhenWoken: true,
  endsWith: "enough approvals of exactly this plan, one rejection, the deadline, or a cancel",
  next: "an approver votes: POST /api/promotions/{id}/approvals with the plan's hash",
  *observe(context, { requestId, about }) {
    const answer = yield* changeRecord(context, requestId, { kind: "close-gate", at: timeOf(context) });
    if (!answer?.gate) throw new Error("a promotion waits at a gate that its promotion record does not know");
    const { decision, detail } = answer.gate;
    if (decision) return { kind: "decided", verdict: { ...decision, detail } };
    const plan = about.planHash.slice(0, 12);
    const again = about.because === undefined ? "" : `, asked anew: ${about.because}`;
    return {
      kind: "again",
      detail: `${detail} of plan ${plan}${again}; may approve: ${about.approvers}`,
      afterMs: CHECK_MS,
    };
  },
};
