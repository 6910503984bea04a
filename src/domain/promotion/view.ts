import { chainHead } from "../audit/chain";
import type { ServiceIdentity } from "../cloud-service/observation";
import { viewSide } from "../cloud-service/readiness-view";
import type { Phase } from "../kernel/outcome";
import { requesterOf } from "../kernel/requester";
import { showKnown, showTime } from "../kernel/time";
import type { Plan } from "../plan/plan";
import { inFull } from "../plan/prerequisites";
import { viewRollbackOutlook } from "../plan/rollback-outlook";
import { viewApproval } from "./approval";
import { describeAttempts, describeWatch } from "./completion-event";
import { restored } from "./size-budget";
import type { PromotionState } from "./state";

/** The next action of a phase as long as no wait is recorded. */
const nextSteps: Record<Phase, string> = {
  accepted: "both services are read, and the plan is made",
  planning: "both services are read, and the plan is made",
  "awaiting-approval": "approvers are asked about this plan",
  "awaiting-window": "deployment windows and freezes are checked",
  queued: "the promotion takes its place in the queue of the pair",
  "awaiting-readiness": "the role instances of both services are checked",
  swapping: "the swap is claimed, both services are read afresh, and one PUT is sent",
  verifying: "both services and their public IPs are read until production is verified",
  soaking: "production is monitored for regressions",
  "rolling-back": "the rollback is claimed, both services are read afresh, and one PUT is sent",
  concluded: "nothing: the promotion is over",
};

/** One promotion, without run ids, wake-up addresses and operation URLs. `origin` is the address of the HTTP API. */
export function viewPromotion(stored: PromotionState, timeZone: string, origin = "") {
  const state = restored(stored);
  const { conclusion, waiting, request } = state;
  const time = (ms: number) => showTime(ms, timeZone);
  return {
    ...summarisePromotion(state, timeZone),
    promote: request.promote,
    expect: request.expect,
    notBefore: showKnown(request.notBefore, timeZone),
    expiresAt: showKnown(request.expiresAt, timeZone),
    reason: conclusion?.reason,
    waitingFor: viewWaiting(state, timeZone),
    nextAction: conclusion?.reason.remedy ?? waiting?.next ?? nextSteps[state.phase],
    readiness: (state.readiness ?? []).map((side) => viewSide(side, timeZone)),
    plan: state.plan && viewPlan(state.plan, timeZone),
    approval: viewApproval(state, timeZone, origin),
    breakGlass: viewBreakGlass(state),
    attempts: describeAttempts(state, time),
    irreversible: request.irreversible,
    ...describeWatch(state, time),
    timeline: state.timeline.map(({ at, phase, note, omitted }) => ({ at: time(at), phase, note, omitted })),
    audit: state.audit && chainHead(state.audit),
    announcedAt: showKnown(state.announcedAt, timeZone),
    reduced: state.reduced,
  };
}

function viewWaiting({ waiting }: PromotionState, timeZone: string) {
  return (
    waiting && {
      what: waiting.kind,
      detail: waiting.detail,
      since: showTime(waiting.since, timeZone),
      until: showTime(waiting.until, timeZone),
      endsWith: waiting.endsWith,
    }
  );
}

export function viewPlan(plan: Plan, timeZone: string) {
  const { hash, plannedAt, incoming, outgoing, prerequisites, rollbackOutlook } = plan;
  return {
    hash,
    plannedAt: showTime(plannedAt, timeZone),
    incoming: viewService(incoming),
    outgoing: viewService(outgoing),
    rollbackOutlook: rollbackOutlook && viewRollbackOutlook(rollbackOutlook),
    prerequisites: prerequisites.map(inFull),
  };
}

export function viewService({ side, name, id, version }: ServiceIdentity) {
  return { side, name, id, version };
}

function viewBreakGlass({ origin: { breakGlass, principal } }: PromotionState) {
  return breakGlass && { by: principal?.name, oid: principal?.oid, reason: breakGlass.reason };
}

/** One entry of a list. */
export function summarisePromotion(state: PromotionState, timeZone: string) {
  const { requestId, request, phase, conclusion, acceptedAt } = state;
  return {
    id: requestId,
    pair: request.pair,
    phase,
    outcome: conclusion?.outcome,
    code: conclusion?.reason.code,
    requestedBy: state.reduced ? undefined : requesterOf(state),
    requestReason: request.reason || undefined,
    acceptedAt: showTime(acceptedAt, timeZone),
    concludedAt: showKnown(conclusion?.at, timeZone),
  };
}
