import { toTime } from "./events";
import { tellWatch } from "./watch-told";
import type { PromotionState } from "./promotion";

/** Times as people read them: UTC, and the pair's zone. */
export interface ShownTime {
  readonly utc: string;
  readonly local: string;
}

export function showTime(ms: number, timeZone: string): ShownTime {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
  return { utc: toTime(ms), local: `${format.format(new Date(ms))} ${timeZone}` };
}

function showKnown(ms: number | undefined, timeZone: string): ShownTime | undefined {
  return ms === undefined ? undefined : showTime(ms, timeZone);
}

/** One promotion as the HTTP API shows it. Run ids, wake-up addresses and operation URLs stay inside. */
export function viewPromotion(state: PromotionState, timeZone: string) {
  const { conclusion, waiting, plan, request } = state;
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
    plan: plan && {
      hash: plan.hash,
      plannedAt: showTime(plan.plannedAt, timeZone),
      incoming: {
        side: plan.incoming.side,
        name: plan.incoming.name,
        id: plan.incoming.id,
        version: plan.incoming.version,
      },
      outgoing: {
        side: plan.outgoing.side,
        name: plan.outgoing.name,
        id: plan.outgoing.id,
        version: plan.outgoing.version,
      },
      prerequisites: plan.prerequisites,
    },
    attempts: state.attempts.map(({ n, at, act, verdict, correlationId }) => ({
      n,
      at: toTime(at),
      act,
      verdict,
      correlationId,
    })),
    irreversible: request.irreversible,
    ...tellWatch(state, (ms) => showTime(ms, timeZone)),
    timeline: state.timeline.map(({ at, phase, note }) => ({ at: toTime(at), phase, note })),
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
