import { type Gate, describeDecision } from "../approval/gate";
import { appendNotes, type AuditEntry, type AuditNote, type Digest, promotionChain } from "../audit/chain";
import { canonicalJson } from "../kernel/canonical-json";
import { type Requester, requesterOf } from "../kernel/requester";
import { formatTime, toTime } from "../kernel/time";
import { describeVerdict } from "../swap/attempt";
import { changePromotion } from "./promotion";
import type { PromotionChange, PromotionState } from "./state";

/** A changed promotion record, and its new entries in the audit chain. */
export interface AuditedPromotion {
  readonly state: PromotionState;
  readonly entries: readonly AuditEntry[];
}

const RUN = "the run";
const DETAIL_LENGTH = 300;
const NAME_LENGTH = 120;

/**
 * Applies one change and adds its decisions to the audit chain. The record has only the end of the chain; entries are
 * on separate pages. A conclusion is chained first, so that its event can contain the head.
 */
export function auditChange(
  state: PromotionState,
  change: PromotionChange,
  digest: Digest,
): AuditedPromotion {
  const before =
    change.kind === "conclude" ? audited(state, [concluded(change)], digest) : { state, entries: [] };
  const after = changePromotion(before.state, change);
  if (after === before.state) return { state, entries: [] };
  const later = audited(after, state.conclusion ? [] : decided(state, after, change), digest);
  return { state: later.state, entries: [...before.entries, ...later.entries] };
}

/** Adds decisions to the chain, which starts with the acceptance. */
function audited(state: PromotionState, decisions: readonly AuditNote[], digest: Digest): AuditedPromotion {
  const notes = state.audit ? decisions : [accepted(state), ...decisions];
  const plan = decisions.some(({ what }) => what === "planned") ? state.plan : undefined;
  const policyHash = plan ? digest(canonicalJson(plan.policy)) : state.audit?.policyHash;
  const { head, entries } = appendNotes(
    promotionChain(state.requestId),
    state.audit,
    notes.map((note) => bound(note, state, policyHash)),
    digest,
  );
  return { state: { ...state, audit: head && { ...head, policyHash } }, entries };
}

/** A decision under a plan names the plan and its policy. */
function bound(note: AuditNote, { plan }: PromotionState, policyHash: string | undefined): AuditNote {
  const short = {
    ...note,
    who: note.who.slice(0, NAME_LENGTH),
    detail: note.detail?.slice(0, DETAIL_LENGTH),
  };
  return note.what === "accepted" || !plan ? short : { planHash: plan.hash, policyHash, ...short };
}

function accepted({ acceptedAt, contentHash, request, origin }: PromotionState): AuditNote {
  const { principal, breakGlass } = origin;
  return {
    at: toTime(acceptedAt),
    what: "accepted",
    who: whoAsked(requesterOf({ request, origin })),
    oid: principal?.oid,
    detail: request.reason,
    contentHash,
    breakGlass: breakGlass?.reason.slice(0, DETAIL_LENGTH),
  };
}

function whoAsked({ kind, name, declaredName }: Requester): string {
  if (kind === "schedule") return name;
  if (kind === "declared") return `${name} (declared)`;
  return declaredName === undefined ? name : `${name}, who declares "${declaredName}"`;
}

function concluded({ ending, at }: Extract<PromotionChange, { kind: "conclude" }>): AuditNote {
  const { code, detail } = ending.reason;
  return { at: toTime(at), what: "concluded", who: RUN, outcome: ending.outcome, code, detail };
}

function decided(
  before: PromotionState,
  after: PromotionState,
  change: PromotionChange,
): readonly AuditNote[] {
  const notes: AuditNote[] = [];
  if (after.plan && after.plans !== before.plans) {
    const { incoming, outgoing, plannedAt } = after.plan;
    const detail = `${incoming.name} ${incoming.version ?? ""} takes production from ${outgoing.name} ${outgoing.version ?? ""}`;
    notes.push({ at: toTime(plannedAt), what: "planned", who: RUN, detail });
  }
  notes.push(...gateNotes(before.gate, after.gate));
  if (change.kind === "note-attempt") {
    const { at, n, direction = "forward", verdict, evidence } = change.note;
    const described = [describeVerdict(verdict), ...(evidence ? [evidence] : [])].join("; ");
    notes.push({
      at: toTime(at),
      what: "attempted",
      who: RUN,
      detail: `${direction} ${n}: ${described}`,
      correlationId: verdict.correlationId,
    });
  }
  if (after.rollback && !before.rollback) {
    const { at, by, oid, note, cause } = after.rollback;
    notes.push({ at: toTime(at), what: "rollback-ordered", who: by, oid, detail: `${cause}: ${note}` });
  }
  return notes;
}

export function gateNotes(before: Gate | undefined, after: Gate | undefined): readonly AuditNote[] {
  return after ? [...questions(before, after), ...votes(before, after), ...decisions(before, after)] : [];
}

function questions(before: Gate | undefined, { asked, askedAt, quorum, until, planHash }: Gate): AuditNote[] {
  if (asked === before?.asked) return [];
  const detail = `asks for ${quorum} approval${quorum === 1 ? "" : "s"} until ${formatTime(until)}`;
  return [{ at: toTime(askedAt), what: "approval-asked", who: RUN, planHash, detail }];
}

function votes(before: Gate | undefined, after: Gate): AuditNote[] {
  const isNew = (vote: Gate["votes"][number]) =>
    !before?.votes.some(
      ({ oid, at, decision }) => oid === vote.oid && at === vote.at && decision === vote.decision,
    );
  return after.votes.filter(isNew).map(({ oid, name, decision, comment, at }) => ({
    at: toTime(at),
    what: "voted",
    who: name,
    oid,
    planHash: after.planHash,
    detail: comment === "" ? decision : `${decision}: ${comment}`,
  }));
}

function decisions(before: Gate | undefined, after: Gate): AuditNote[] {
  const { decision, planHash } = after;
  if (!decision || (decision.kind === before?.decision?.kind && decision.at === before.decision.at))
    return [];
  const at = toTime(decision.at);
  return [{ at, what: "approval-decided", who: RUN, planHash, detail: describeDecision(after) }];
}
