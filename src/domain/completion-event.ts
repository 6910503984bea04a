import { askerOf } from "./asker";
import { chainHead, type ChainHead } from "./audit-chain";
import { clip } from "./clip";
import type { Reason } from "./codes";
import { withinEventRoom } from "./event-room";
import {
  eventTypes,
  toTime,
  type CompletionData,
  type EventService,
  type FinalRead,
  type FinalReads,
  type ProgressData,
  type ProgressEvent,
} from "./events";
import type { Outcome, WaitedFor } from "./outcome";
import type { PairKey } from "./pair-key";
import type { Prerequisite, ServiceIdentity, ToldPrerequisite } from "./plan";
import { inFull } from "./prerequisites";
import { tellAttempts, tellWatch } from "./watch-told";
import type { Conclusion, PromotionState } from "./promotion";

/** How a promotion ends, before it is sealed into bytes. */
export interface Ending {
  readonly outcome: Outcome;
  readonly reason: Reason;
  readonly waitingFor?: WaitedFor | undefined;
  readonly finalRead?: FinalReads | null | undefined;
  /** Judged by a plan that was refused; otherwise those of the stored plan are told. */
  readonly prerequisites?: readonly Prerequisite[] | undefined;
  readonly incoming?: ServiceIdentity | undefined;
  readonly outgoing?: ServiceIdentity | undefined;
  /** Where the pair's audit chain stood; absent: the pair never took it up. */
  readonly pairAudit?: ChainHead | null | undefined;
}

const REASON_LENGTH = 600;
const EVIDENCE_LENGTH = 240;
const VERSION_LENGTH = 100;

/** The one completion event id of a request. */
export function completionEventId(requestId: string): string {
  return `promotion-${requestId}-completed`;
}

/** Seals an ending: the outcome with the frozen bytes of its event, to be stored before anything is published. */
export function sealEnding(state: PromotionState, ending: Ending, at: number): Conclusion {
  const { outcome, waitingFor } = ending;
  const reason = { ...ending.reason, detail: clip(ending.reason.detail, REASON_LENGTH) };
  const event = withinEventRoom({
    specversion: "1.0",
    id: completionEventId(state.requestId),
    source: "urn:cloud-service-swap",
    type: eventTypes.completed,
    subject: subjectOf(state.requestId, state.request.pair),
    time: toTime(at),
    datacontenttype: "application/json",
    data: completionData(state, { ...ending, reason }, at),
  });
  return { outcome, reason, waitingFor, at, event: JSON.stringify(event) };
}

/** Best-effort news of a step; consumers must not rely on it. */
export function composeProgress(
  about: { requestId: string; pair: string },
  step: ProgressData["step"],
  detail: string,
  at: number,
  approval?: ProgressData["approval"],
): ProgressEvent {
  return {
    specversion: "1.0",
    id: `promotion-${about.requestId}-${step}-${at}`,
    source: "urn:cloud-service-swap",
    type: eventTypes.progressed,
    subject: subjectOf(about.requestId, about.pair),
    time: toTime(at),
    datacontenttype: "application/json",
    data: { requestId: about.requestId, pair: about.pair, step, detail, approval },
  };
}

/** Best-effort news of a hold: who set or released it, and why. */
export function composeHoldNews(
  { name: pair, key }: { readonly name: string; readonly key: PairKey },
  { id, requestId = null }: { readonly id: string; readonly requestId?: string | null | undefined },
  step: "hold-set" | "hold-released",
  detail: string,
  { at, audit }: { readonly at: number; readonly audit: ChainHead | undefined },
): ProgressEvent {
  return {
    specversion: "1.0",
    id: `pair-${pair}-${id}-${step}-${at}`,
    source: "urn:cloud-service-swap",
    type: eventTypes.progressed,
    subject: requestId === null ? `pairs/${pair}` : subjectOf(requestId, pair),
    time: toTime(at),
    datacontenttype: "application/json",
    data: { requestId, pair, pairKey: key, step, detail, holdId: id, audit },
  };
}

function subjectOf(requestId: string, pair: string): string {
  return `pairs/${pair}/promotions/${requestId}`;
}

function completionData(state: PromotionState, ending: Ending, at: number): CompletionData {
  const { request, plan } = state;
  return {
    requestId: state.requestId,
    pair: request.pair,
    pairKey: state.pair?.key,
    outcome: ending.outcome,
    reason: ending.reason,
    waitingFor: ending.waitingFor,
    requestedBy: askerOf(state),
    requestReason: request.reason,
    incoming: briefly(ending.incoming ?? plan?.incoming),
    outgoing: briefly(ending.outgoing ?? plan?.outgoing),
    planHash: plan?.hash ?? null,
    phases: [
      ...state.timeline.map(({ phase, at: when, note, omitted }) => ({
        phase,
        at: toTime(when),
        note,
        omitted,
      })),
      { phase: "concluded", at: toTime(at) },
    ],
    prerequisites: unmet(ending.prerequisites ?? plan?.prerequisites),
    attempts: tellAttempts(state, toTime),
    ...tellWatch(state, toTime),
    approvals: approvalsOf(state),
    breakGlass: breakGlassOf(state),
    finalRead: finalReadOf(ending),
    audit: auditOf(state, ending),
  };
}

function approvalsOf({ gate }: PromotionState): CompletionData["approvals"] {
  if (!gate) return undefined;
  const { planHash, quorum, asked, decision, votes } = gate;
  const told = votes.map(({ oid, name, decision: voted, comment, at }) => ({
    ...{ oid, name, decision: voted, at: toTime(at) },
    comment: comment === "" ? undefined : comment,
  }));
  return { planHash, quorum, asked, decision: decision?.kind ?? "undecided", votes: told };
}

function breakGlassOf({ origin }: PromotionState): CompletionData["breakGlass"] {
  const { breakGlass, principal } = origin;
  return breakGlass && principal
    ? { oid: principal.oid, name: principal.name, reason: breakGlass.reason }
    : undefined;
}

function finalReadOf({ finalRead }: Ending): FinalReads | null {
  if (!finalRead) return null;
  const short = (read: FinalRead | null) =>
    read && { ...read, version: read.version && clip(read.version, VERSION_LENGTH) };
  return { incoming: short(finalRead.incoming), outgoing: short(finalRead.outgoing) };
}

function auditOf({ audit }: PromotionState, { pairAudit = null }: Ending) {
  return audit && { ...chainHead(audit), pair: pairAudit };
}

function unmet(prerequisites: readonly Prerequisite[] = []): readonly ToldPrerequisite[] {
  return prerequisites
    .filter((p) => p.verdict !== "met")
    .map((p) => ({ ...inFull(p), evidence: clip(p.evidence, EVIDENCE_LENGTH) }));
}

function briefly(service: ServiceIdentity | undefined): EventService | null {
  return service
    ? { side: service.side, id: service.id, name: service.name, version: service.version }
    : null;
}
