import { viewApproval } from "./approval-view";
import { askerOf } from "./asker";
import { chainHead } from "./audit-chain";
import { codes } from "./codes";
import { toTime } from "./events";
import { isNotable, restored } from "./ledger-room";
import type { ServiceIdentity } from "./plan";
import { tellAttempts, tellWatch } from "./watch-told";
import type { PromotionState } from "./promotion";
import { showTime, type ShownTime } from "./shown-time";
import { viewWayBack } from "./way-back";

function showKnown(ms: number | undefined, timeZone: string): ShownTime | undefined {
  return ms === undefined ? undefined : showTime(ms, timeZone);
}

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
    nextAction: conclusion?.reason.remedy ?? waiting?.next ?? "the run takes its next step",
    readiness: state.readiness ?? [],
    plan: viewPlan(state, timeZone),
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

function viewPlan({ plan }: PromotionState, timeZone: string) {
  if (!plan) return undefined;
  const { hash, plannedAt, incoming, outgoing, prerequisites, wayBack } = plan;
  return {
    hash,
    plannedAt: showTime(plannedAt, timeZone),
    incoming: viewService(incoming),
    outgoing: viewService(outgoing),
    wayBack: wayBack && viewWayBack(wayBack),
    prerequisites: prerequisites.map((p) => (isNotable(p) ? { ...p, remedy: codes[p.code].remedy } : p)),
  };
}

function viewService({ side, name, id, version }: ServiceIdentity) {
  return { side, name, id, version };
}

function viewBreakGlass({ origin: { breakGlass, principal } }: PromotionState) {
  return breakGlass && { by: principal?.name, oid: principal?.oid, reason: breakGlass.reason };
}

/** One line of a list. */
export function summarisePromotion(state: PromotionState) {
  const { requestId, request, phase, conclusion, acceptedAt } = state;
  return {
    id: requestId,
    pair: request.pair,
    phase,
    outcome: conclusion?.outcome,
    code: conclusion?.reason.code,
    requestedBy: askerOf(state),
    requestReason: request.reason,
    acceptedAt: toTime(acceptedAt),
    concludedAt: conclusion && toTime(conclusion.at),
  };
}
