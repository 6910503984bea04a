import { chainHead, type ChainHead } from "../audit/chain";
import type { ServiceIdentity } from "../cloud-service/observation";
import type { PairKey } from "../kernel/pair-key";
import { requesterOf } from "../kernel/requester";
import { toTime } from "../kernel/time";
import { truncate, truncateList, shrink } from "../kernel/truncate";
import type { Prerequisite, DescribedPrerequisite } from "../plan/plan";
import { inFull } from "../plan/prerequisites";
import { shortOutcome, describedVerdict } from "../swap/attempt";
import type { FinalRead, FinalReads } from "../swap/verification";
import {
  type CompletionData,
  type CompletionEvent,
  type EventService,
  eventTypes,
  type ProgressData,
  type ProgressEvent,
} from "./events";
import type { Conclusion, Ending, PromotionState } from "./state";

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
  const reason = { ...ending.reason, detail: truncate(ending.reason.detail, REASON_LENGTH) };
  const event = withinEventBudget({
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
  { id, requestId = null }: { readonly id: string; readonly requestId?: string | null },
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
    requestedBy: requesterOf(state),
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
    attempts: describeAttempts(state, toTime),
    ...describeWatch(state, toTime),
    approvals: approvalsOf(state),
    breakGlass: breakGlassOf(state),
    finalRead: finalReadOf(ending),
    audit: auditOf(state, ending),
  };
}

function approvalsOf({ gate }: PromotionState): CompletionData["approvals"] {
  if (!gate) return undefined;
  const { planHash, quorum, asked, decision, votes } = gate;
  const described = votes.map(({ oid, name, decision: voted, comment, at }) => ({
    ...{ oid, name, decision: voted, at: toTime(at) },
    comment: comment === "" ? undefined : comment,
  }));
  return { planHash, quorum, asked, decision: decision?.kind ?? "undecided", votes: described };
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
    read && { ...read, version: read.version && truncate(read.version, VERSION_LENGTH) };
  return { incoming: short(finalRead.incoming), outgoing: short(finalRead.outgoing) };
}

function auditOf({ audit }: PromotionState, { pairAudit = null }: Ending) {
  return audit && { ...chainHead(audit), pair: pairAudit };
}

function unmet(prerequisites: readonly Prerequisite[] = []): readonly DescribedPrerequisite[] {
  return prerequisites
    .filter((p) => p.verdict !== "met")
    .map((p) => ({ ...inFull(p), evidence: truncate(p.evidence, EVIDENCE_LENGTH) }));
}

function briefly(service: ServiceIdentity | undefined): EventService | null {
  return service
    ? { side: service.side, id: service.id, name: service.name, version: service.version }
    : null;
}

/** Characters that an event may take in the promotion record that stores it, escaped as it is there. */
const EVENT_BUDGET = 9_800;

type Step = (data: CompletionData) => CompletionData;

/**
 * What an event is shortened by, the least needed first: every unmet prerequisite, vote, call and service stays, with
 * fewer words. Ordinary events never come to the first step.
 */
const steps: readonly Step[] = [
  phases(24, 40),
  evidence(120),
  phases(16, 30),
  attempts(80),
  evidence(60),
  phases(12, 0),
  (data) => ({
    ...data,
    finalRead: data.finalRead && {
      incoming: withoutFrontend(data.finalRead.incoming),
      outgoing: withoutFrontend(data.finalRead.outgoing),
    },
  }),
  (data) => ({
    ...data,
    reason: { ...data.reason, detail: truncate(data.reason.detail, 300) },
    requestReason: truncate(data.requestReason, 200),
    requestedBy: { ...data.requestedBy, name: truncate(data.requestedBy.name, 100) },
  }),
  (data) => ({
    ...data,
    soak: data.soak && {
      ...data.soak,
      last: data.soak.last.map((m) => ({ ...m, detail: truncate(m.detail, 40) })),
    },
    rollback: data.rollback && { ...data.rollback, note: truncate(data.rollback.note, 80) },
    approvals: data.approvals && {
      ...data.approvals,
      votes: data.approvals.votes.map((vote) => ({
        ...vote,
        comment: vote.comment && truncate(vote.comment, 40),
      })),
    },
  }),
  attempts(30),
  evidence(30),
  // They stand in the table of codes, and in the HTTP API's answer.
  (data) => ({ ...data, prerequisites: data.prerequisites.map(({ remedy: _remedy, ...rest }) => rest) }),
];

/** The event, short enough to be stored with its promotion record. */
export function withinEventBudget(event: CompletionEvent): CompletionEvent {
  const isSmall = (data: CompletionData) =>
    JSON.stringify(JSON.stringify({ ...event, data })).length <= EVENT_BUDGET;
  return { ...event, data: shrink(event.data, steps, isSmall) };
}

function phases(most: number, noteLength: number): Step {
  return (data) => ({
    ...data,
    phases: truncateList(data.phases, most).map(({ note, ...phase }) =>
      note === undefined || noteLength === 0 ? phase : { ...phase, note: truncate(note, noteLength) },
    ),
  });
}

function attempts(length: number): Step {
  return (data) => ({
    ...data,
    attempts: data.attempts.map(({ verdict, evidence: seen, ...rest }) => ({
      ...rest,
      verdict: describedVerdict(shortOutcome(verdict, length)),
      ...(seen ? { evidence: truncate(seen, length) } : {}),
    })),
  });
}

function evidence(length: number): Step {
  return (data) => ({
    ...data,
    prerequisites: data.prerequisites.map((p) => ({ ...p, evidence: truncate(p.evidence, length) })),
  });
}

function withoutFrontend(read: FinalRead | null): FinalRead | null {
  if (!read?.publicIp) return read;
  const { id, address } = read.publicIp;
  return { ...read, publicIp: { id, address } };
}

/** What was tried, in the order it was, with times as the reader wants them. */
export function describeAttempts<Time>(
  { attempts }: Pick<PromotionState, "attempts">,
  time: (ms: number) => Time,
) {
  return attempts.map(({ n, at, direction, verdict, evidence, omitted }) => {
    return { n, at: time(at), direction, verdict: describedVerdict(verdict), evidence, omitted };
  });
}

/** What was measured after a swap, and why it was rolled back, with times as the reader wants them. */
export function describeWatch<Time>(
  { soak, rollback }: Pick<PromotionState, "soak" | "rollback">,
  time: (ms: number) => Time,
) {
  return {
    soak: soak && { ...soak, since: time(soak.since), until: time(soak.until) },
    rollback: rollback && { ...rollback, at: time(rollback.at) },
  };
}
