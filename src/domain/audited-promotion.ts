import { askerOf, type Asker } from "./asker";
import { tellVerdict } from "./attempt-told";
import { appendNotes, promotionChain, type AuditEntry, type AuditNote, type Digest } from "./audit-chain";
import { gateNotes } from "./audited-gate";
import { canonicalJson } from "./canonical-json";
import { toTime } from "./events";
import { changePromotion, type PromotionChange, type PromotionState } from "./promotion";

/** A changed ledger entry, and the decisions that the change wrote into its audit chain. */
export interface AuditedPromotion {
  readonly state: PromotionState;
  readonly entries: readonly AuditEntry[];
}

const RUN = "the run";
const DETAIL_LENGTH = 300;
const NAME_LENGTH = 120;

/**
 * Applies one change and chains what it decided. The ledger keeps only where the chain ends; the entries go to pages of
 * their own. A conclusion is chained first, so that its event can carry the head.
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

/** The one place where decisions are chained; the first ones are preceded by the acceptance. */
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

/** What was decided under a plan names it and its policy. */
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
    who: whoAsked(askerOf({ request, origin })),
    oid: principal?.oid,
    detail: request.reason,
    contentHash,
    breakGlass: breakGlass?.reason.slice(0, DETAIL_LENGTH),
  };
}

/** The object id stands beside it. */
function whoAsked({ kind, name, declaredName }: Asker): string {
  if (kind === "schedule") return name;
  if (kind === "declared") return `${name} (declared)`;
  return declaredName === undefined ? name : `${name}, who declares "${declaredName}"`;
}

function concluded({ ending, at }: Extract<PromotionChange, { kind: "conclude" }>): AuditNote {
  const { code, detail } = ending.reason;
  return { at: toTime(at), what: "concluded", who: RUN, outcome: ending.outcome, code, detail };
}

/** What a change has decided, as the ledger shows it. */
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
    const { at, n, act = "forward", verdict, evidence } = change.note;
    const told = [tellVerdict(verdict), ...(evidence ? [evidence] : [])].join("; ");
    notes.push({
      at: toTime(at),
      what: "attempted",
      who: RUN,
      detail: `${act} ${n}: ${told}`,
      correlationId: verdict.correlationId,
    });
  }
  if (after.swapBack && !before.swapBack) {
    const { at, by, oid, note, cause } = after.swapBack;
    notes.push({ at: toTime(at), what: "swap-back-ordered", who: by, oid, detail: `${cause}: ${note}` });
  }
  return notes;
}
