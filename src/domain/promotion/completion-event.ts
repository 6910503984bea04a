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
  cloudEvent,
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

/** Seals an ending: the outcome with the final bytes of its event, stored before anything is published. */
export function sealEnding(state: PromotionState, ending: Ending, at: number): Conclusion {
  const { outcome, waitingFor } = ending;
  const reason = { ...ending.reason, detail: truncate(ending.reason.detail, REASON_LENGTH) };
  const id = completionEventId(state.requestId);
  const about = {
    id,
    type: eventTypes.completed,
    subject: subjectOf(state.requestId, state.request.pair),
    at,
  };
  const event = withinEventBudget(cloudEvent(about, completionData(state, { ...ending, reason }, at)));
  return { outcome, reason, waitingFor, at, event: JSON.stringify(event) };
}

export function composeProgress(
  { requestId, pair }: { requestId: string; pair: string },
  step: ProgressData["step"],
  detail: string,
  at: number,
  approval?: ProgressData["approval"],
): ProgressEvent {
  const id = `promotion-${requestId}-${step}-${at}`;
  const about = { id, type: eventTypes.progressed, subject: subjectOf(requestId, pair), at };
  return cloudEvent(about, { requestId, pair, step, detail, approval });
}

export function composeHoldNews(
  { name: pair, key }: { readonly name: string; readonly key: PairKey },
  { id: holdId, requestId = null }: { readonly id: string; readonly requestId?: string | null },
  step: "hold-set" | "hold-released",
  detail: string,
  { at, audit }: { readonly at: number; readonly audit: ChainHead | undefined },
): ProgressEvent {
  const id = `pair-${pair}-${holdId}-${step}-${at}`;
  const subject = requestId === null ? `pairs/${pair}` : subjectOf(requestId, pair);
  const data = { requestId, pair, pairKey: key, step, detail, holdId, audit };
  return cloudEvent({ id, type: eventTypes.progressed, subject, at }, data);
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
    oid,
    name,
    decision: voted,
    at: toTime(at),
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

/** Size limit of an event in the promotion record, escaped as it is stored there. */
const EVENT_BUDGET = 9_800;

type Step = (data: CompletionData) => CompletionData;

/** Steps that shorten a large event, least needed first. Prerequisites, votes, attempts and services stay. */
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
  // Remedies are in the table of codes, and in replies of the HTTP API.
  (data) => ({ ...data, prerequisites: data.prerequisites.map(({ remedy: _remedy, ...rest }) => rest) }),
];

export function withinEventBudget(event: CompletionEvent): CompletionEvent {
  const isSmall = (data: CompletionData) =>
    JSON.stringify(JSON.stringify({ ...event, data })).length <= EVENT_BUDGET;
  return { ...event, data: shrink(event.data, steps, isSmall) };
}

function phases(most: number, noteLength: number): Step {
  return (data) => ({
    ...data,
    phases: truncateList(data.phases, most).map(({ note, ...phase }) => {
      return {
        ...phase,
        note: note === undefined || noteLength === 0 ? undefined : truncate(note, noteLength),
      };
    }),
  });
}

function attempts(length: number): Step {
  return (data) => ({
    ...data,
    attempts: data.attempts.map(({ verdict, evidence: seen, ...rest }) => ({
      ...rest,
      verdict: describedVerdict(shortOutcome(verdict, length)),
      evidence: seen && truncate(seen, length),
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

/** The attempts in order, with times in the caller's format. */
export function describeAttempts<Time>(
  { attempts }: Pick<PromotionState, "attempts">,
  time: (ms: number) => Time,
) {
  return attempts.map(({ n, at, direction, verdict, evidence, omitted }) => {
    return { n, at: time(at), direction, verdict: describedVerdict(verdict), evidence, omitted };
  });
}

/** Soak and rollback, with times in the caller's format. */
export function describeWatch<Time>(
  { soak, rollback }: Pick<PromotionState, "soak" | "rollback">,
  time: (ms: number) => Time,
) {
  return {
    soak: soak && { ...soak, since: time(soak.since), until: time(soak.until) },
    rollback: rollback && { ...rollback, at: time(rollback.at) },
  };
}
