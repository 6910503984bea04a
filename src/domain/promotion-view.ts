import { viewApproval } from "./approval-view";
import { chainHead } from "./audit-chain";
import { toTime } from "./events";
import type { Phase } from "./outcome";
import { restored } from "./ledger-room";
import type { Plan, ServiceIdentity } from "./plan";
import { inFull } from "./prerequisites";
import { tellAttempts, tellWatch } from "./watch-told";
import type { PromotionState } from "./promotion";
import { showTime, type ShownTime } from "./shown-time";
import { viewWayBack } from "./way-back";

function showKnown(ms: number | undefined, timeZone: string): ShownTime | undefined {
  return ms === undefined ? undefined : showTime(ms, timeZone);
}

/** What comes next in a phase before it is told what is waited for. */
const nextSteps: Record<Phase, string> = {
  accepted: "both services are read, and the plan is made",
  planning: "both services are read, and the plan is made",
  "awaiting-approval": "approvers are asked about this plan",
  "awaiting-opening": "windows and freezes are looked at",
  "awaiting-turn": "the promotion takes its place in the pair's line",
  "awaiting-readiness": "the role instances of both services are looked at",
  swapping: "the swap is claimed, both services are read afresh, and one PUT is sent",
  verifying: "both services and their public IPs are read until production is verified",
  soaking: "production is watched for regressions",
  "swapping-back": "the swap-back is claimed, both services are read afresh, and one PUT is sent",
  concluded: "nothing: the promotion is over",
};

/** One promotion as the HTTP API shows it; `origin` is where the caller reaches it. Run ids, wake-up addresses and operation URLs stay inside. */
export function viewPromotion(stored: PromotionState, timeZone: string, origin = "") {
  const state = restored(stored);
  const { conclusion, waiting, request } = state;
  return {
    ...summarisePromotion(state),
    promote: request.promote,
    expect: request.expect,
    notBefore: showKnown(request.notBefore, timeZone),
    expiresAt: showKnown(request.expiresAt, timeZone),
    reason: conclusion?.reason,
    waitingFor: viewWaiting(state, timeZone),
    nextAction: conclusion?.reason.remedy ?? waiting?.next ?? nextSteps[state.phase],
    readiness: state.readiness ?? [],
    ...viewPlanned(state, timeZone),
    approval: viewApproval(state, timeZone, origin),
    breakGlass: viewBreakGlass(state),
    attempts: tellAttempts(state),
    irreversible: request.irreversible,
    ...tellWatch(state, (ms) => showTime(ms, timeZone)),
    timeline: state.timeline.map(({ at, phase, note, omitted }) => ({
      at: toTime(at),
      phase,
      note,
      omitted,
    })),
    audit: state.audit && chainHead(state.audit),
    announcedAt: state.announcedAt === undefined ? undefined : toTime(state.announcedAt),
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

function viewPlanned({ plan }: PromotionState, timeZone: string) {
  return plan ? { plan: viewPlan(plan, timeZone) } : {};
}

/** A plan for people, with every prerequisite in full. */
export function viewPlan(plan: Plan, timeZone: string) {
  const { hash, plannedAt, incoming, outgoing, prerequisites, wayBack } = plan;
  return {
    hash,
    plannedAt: showTime(plannedAt, timeZone),
    incoming: viewService(incoming),
    outgoing: viewService(outgoing),
    wayBack: wayBack && viewWayBack(wayBack),
    prerequisites: prerequisites.map(inFull),
  };
}

/** A service of a plan. */
export function viewService({ side, name, id, version }: ServiceIdentity) {
  return { side, name, id, version };
}

function viewBreakGlass({ origin: { breakGlass, principal } }: PromotionState) {
  return breakGlass && { by: principal?.name, oid: principal?.oid, reason: breakGlass.reason };
}

/** One line of a list. */
export function summarisePromotion({ requestId, request, phase, conclusion, acceptedAt }: PromotionState) {
  return {
    id: requestId,
    pair: request.pair,
    phase,
    outcome: conclusion?.outcome,
    code: conclusion?.reason.code,
    requestedBy: request.requestedBy,
    requestReason: request.reason,
    acceptedAt: toTime(acceptedAt),
    concludedAt: conclusion && toTime(conclusion.at),
  };
}
