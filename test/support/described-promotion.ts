import type { SideReadiness } from "../../src/domain/cloud-service/readiness-view";
import type { Phase } from "../../src/domain/kernel/outcome";
import { reason } from "../../src/domain/kernel/reason-codes";
import type { Plan } from "../../src/domain/plan/plan";
import { decidePlan } from "../../src/domain/plan/planning";
import { changePromotion, register } from "../../src/domain/promotion/promotion";
import type { Ending, PromotionChange, PromotionState } from "../../src/domain/promotion/state";
import type { AttemptOutcome } from "../../src/domain/swap/attempt";
import { aPair, aPolicy, aRequest, NOW } from "./observations";

/** Applies changes to a promotion record and describes the result. */
export const request = aRequest({ expect: { version: "v2" }, expiresAt: NOW + 3_600_000 });
export const origin = { channel: "queue" as const };
export const fresh = register(undefined, { requestId: "r-1", contentHash: "h", request, origin, at: NOW });
export const play = (state: PromotionState, ...changes: readonly PromotionChange[]) =>
  changes.reduce(changePromotion, state);

export const begin = (runId = "run"): PromotionChange => ({ kind: "begin", runId, at: NOW + 1 });
export const enter = (phase: Phase, at = NOW + 2, note?: string): PromotionChange => ({
  ...{ kind: "enter", runId: "run", phase, at },
  note,
});
export const wait = (detail: string, readiness?: readonly SideReadiness[]): PromotionChange => ({
  ...{ kind: "wait", runId: "run", readiness },
  waiting: {
    ...{ kind: "readiness", detail, since: NOW, until: NOW + 60_000, endsWith: "all run" },
    ...{ next: "the swap", instanceId: "wait-1" },
  },
});
export const attempt = (n: number, verdict: Partial<AttemptOutcome>, evidence?: string): PromotionChange => ({
  ...{ kind: "note-attempt", runId: "run" },
  note: { at: NOW + n, n, verdict: { kind: "busy", correlationId: `c-${n}`, ...verdict }, evidence },
});
export const seen = (side: "blue" | "green", over: Partial<SideReadiness> = {}): SideReadiness => ({
  ...{ side, verdict: "ready", total: 2, ready: 2, instances: [], problems: [], observedAt: NOW },
  ...over,
});
export const busy = (name: string) => ({
  ...{ name, role: "Web", state: "Busy", verdict: "not-yet" as const, reason: "does not respond" },
});
export const ending: Ending = {
  outcome: "expired",
  reason: reason("queue-full", "why"),
  waitingFor: "readiness",
};
export const conclude = (runId?: string): PromotionChange => ({
  kind: "conclude",
  runId,
  ending,
  at: NOW + 9,
});

export function planOf(over: Partial<Plan> = {}): PromotionChange & { kind: "plan" } {
  const verdict = decidePlan({
    ...{ request, policy: aPolicy(), observed: aPair(), now: NOW + 3, digest: () => "hash" },
  });
  if (verdict.kind !== "planned") throw new Error(verdict.kind);
  return { kind: "plan", runId: "run", plan: { ...verdict.plan, ...over }, at: NOW + 3 };
}
export const planned = planOf();
export const begun = play(fresh, begin());

/** A promotion with a plan, a wait and an attempt. */
export const eventful = play(
  begun,
  planned,
  enter("planning", NOW + 4, "n"),
  wait("d", [seen("green", { verdict: "not-yet", ready: 1, instances: [busy("a")] }), seen("blue")]),
  attempt(1, { code: "OperationNotAllowed", detail: "another operation" }, "old production: slow"),
);

/** The verdict of its attempt. */
export const describedBusy = {
  ...{ kind: "busy", code: "OperationNotAllowed", detail: "another operation", correlationId: "c-1" },
  text: "busy OperationNotAllowed: another operation",
};
